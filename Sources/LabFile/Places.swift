import CloudModel
import Yams

/// Where the keys of an object stand. The model only knows where the object itself does; a message about its `cidr`
/// should point at the `cidr`.
enum Places {
    /// The findings, each pointing at the field it blames.
    static func pointing(_ findings: [Problem], into root: Node, source: Source) -> [Problem] {
        guard findings.contains(where: { !$0.field.isEmpty }) else { return findings }
        let objects = index(root, source)
        return findings.map { finding in
            guard let object = objects[finding.origin], let value = value(of: finding.field, in: object) else {
                return finding
            }
            return Problem(finding.severity, source.origin(of: value), finding.message, hint: finding.hint)
        }
    }

    private static func value(of key: String, in object: Node.Mapping) -> Node? {
        object.first { $0.key.scalar?.string == key }?.value
    }

    /// Every mapping by the place of the key that names it, or by its own in a list. Where a list's element and its
    /// first key begin at one place, the element wins: it comes first.
    private static func index(_ root: Node, _ source: Source) -> [Origin: Node.Mapping] {
        var objects: [Origin: Node.Mapping] = [:]
        var pending: [(place: Origin, node: Node)] = [(source.origin(of: root), root)]
        while let (place, node) = pending.popLast() {
            switch node {
            case .mapping(let mapping):
                if objects[place] == nil { objects[place] = mapping }
                for (key, value) in mapping { pending.append((source.origin(of: key), value)) }
            case .sequence(let sequence):
                for element in sequence { pending.append((source.origin(of: element), element)) }
            default: break
            }
        }
        return objects
    }
}
