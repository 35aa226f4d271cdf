import ArgumentParser
import CloudModel
import Glibc
import LabPlan
import LabRunner
import LinuxSystem
import Namespaces
import Rootless

/// What shells propose while a command is typed; the scripts that ask come from `--generate-completion-script`.
extension CompletionKind {
    /// A lab by name, or a lab file.
    static var lab: CompletionKind { .custom { _, _, prefix in LabSource.known + LabFiles.beginning(prefix) } }

    /// A lab that is up.
    static var runningLab: CompletionKind { .custom { _, _, _ in RunningNodes.seen().labs } }

    /// Either.
    static var anyLab: CompletionKind {
        .custom { _, _, prefix in
            Set(RunningNodes.seen().labs + LabSource.known).sorted() + LabFiles.beginning(prefix)
        }
    }

    /// A node of the lab that stands further left, up or not.
    static var node: CompletionKind {
        .custom { words, _, _ in
            let nodes = RunningNodes.seen()
            return words.first { nodes.labs.contains($0) }.map(nodes.nodes) ?? LabFiles.nodes(ofOne: words)
        }
    }

    /// The sorts of things that fail.
    static var outageKind: CompletionKind { .list(Outage.Kind.allCases.map(\.rawValue)) }

    /// What of that sort can fail in the running lab that stands further left.
    static var outage: CompletionKind {
        .custom { words, _, _ in
            let nodes = RunningNodes.seen()
            guard let name = words.first(where: nodes.labs.contains) else { return [] }
            // Others than root may not read the file; then all nodes are better than nothing.
            let lab = try? StateFolder(name).keptLab()
            return lab.map { Outages.possible(in: $0, words) } ?? nodes.nodes(of: name)
        }
    }
}

/// What `netlab fail` may be told.
enum Outages {
    static func possible(in lab: Lab, _ words: [String]) -> [String] {
        let names = LabPlan(lab).nodes
        return switch words.lazy.compactMap(Outage.Kind.init).first {
        case .zone: lab.zones
        case .nat: names.filter { $0.role == .natGateway }.map(\.name)
        case .node, .link, nil: names.map(\.name)
        }
    }
}

/// Labs and their nodes, as the names of namespaces tell: for proposals only, since it takes no rights to read them.
struct RunningNodes: Equatable {
    /// `private-nat.app`
    private let names: [String]

    init(names: [String]) { self.names = names }

    /// Root's labs and the user's own: whoever types `sudo netlab` asks as an ordinary user.
    static func seen() -> RunningNodes {
        let shared = (try? Files.list(NamedNamespace.folder)) ?? []
        guard geteuid() != 0, (try? Keeper.join(starting: nil)) == true else { return RunningNodes(names: shared) }
        return RunningNodes(names: Set(shared + ((try? Files.list(NamedNamespace.folder)) ?? [])).sorted())
    }

    /// Every lab has the Internet; other people's namespaces may have dots in their names, too.
    var labs: [String] {
        names.filter { $0.hasSuffix(".internet") }.map { String($0.dropLast(".internet".count)) }.sorted()
    }

    func nodes(of lab: String) -> [String] {
        names.filter { $0.hasPrefix("\(lab).") }.map { String($0.dropFirst(lab.count + 1)) }.sorted()
    }
}

/// Lab files on the way that is being typed.
enum LabFiles {
    /// The nodes of the first word that is a lab's name or a lab file.
    static func nodes(ofOne words: [String]) -> [String] {
        let known = LabSource.known
        guard let word = words.first(where: { known.contains($0) || $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }),
            let lab = try? LabSource.look(at: word).lab
        else { return [] }
        return LabPlan(lab).nodes.map(\.name)
    }

    static func beginning(_ prefix: String) -> [String] {
        let slash = prefix.lastIndex(of: "/")
        let folder = slash.map { String(prefix[...$0]) } ?? ""
        let names = ((try? Files.list(folder.isEmpty ? "." : folder)) ?? []).filter { !$0.hasPrefix(".") }
        return names.compactMap { name in
            let path = folder + name
            if name.hasSuffix(".yaml") || name.hasSuffix(".yml") { return path }
            // Folders only where one is being walked along: else every word would be full of them.
            return slash != nil && Files.isFolder(path) ? "\(path)/" : nil
        }.sorted()
    }
}
