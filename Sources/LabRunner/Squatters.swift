import Glibc
import LinuxSystem
import Namespaces

/// Processes that still sit in a lab's namespaces after it went down: a shell somebody left open, a capture.
///
/// They are not ours to kill. The names are gone, and the wires; each namespace goes when its last process ends.
public struct Squatters: Sendable {
    private let namespaces: [String: String]

    /// Remembers a lab's namespaces; to be called while they still have names.
    public init(of lab: String) {
        var found: [String: String] = [:]
        for name in (try? Files.list(NamedNamespace.folder)) ?? [] where name.hasPrefix("\(lab).") {
            var status = stat()
            if stat(NamedNamespace.path(name), &status) == 0 { found["net:[\(status.st_ino)]"] = name }
        }
        namespaces = found
    }

    /// Who is still inside: `process 4711 (sleep) is still inside x.web`.
    public func remaining() -> [String] {
        guard !namespaces.isEmpty else { return [] }
        return ((try? Files.list("/proc")) ?? []).compactMap { entry in
            guard Int32(entry) != nil, let place = Files.linkTarget("/proc/\(entry)/ns/net"),
                let name = namespaces[place]
            else {
                return nil
            }
            let words = (try? Files.read("/proc/\(entry)/comm", limit: 64)) ?? ""
            return "process \(entry) (\(words.filter { !$0.isNewline })) is still inside \(name)"
        }
    }
}
