import Glibc
import LinuxSystem
import NetlabTesting

/// All that a lab might have touched of the namespace it was started from.
struct HostState: Equatable {
    private(set) var parts: [String: [String]] = [:]

    init() throws {
        parts["links"] = try lines("ip", "-d", "-o", "link")
        parts["addresses"] = try lines("ip", "-o", "addr")
        parts["routes"] = try lines("ip", "route", "show", "table", "all")
        parts["IPv6 routes"] = try lines("ip", "-6", "route", "show", "table", "all")
        parts["rules"] = try lines("ip", "rule") + lines("ip", "-6", "rule")
        parts["nftables"] = try lines("nft", "--stateless", "list", "ruleset")
        parts["namespaces"] = [try lines("readlink", "/proc/self/ns/net", "/proc/self/ns/mnt").joined(separator: " ")]
        parts["sysctls"] = Self.sysctls("/proc/sys/net")
        parts["mounts"] = try Files.read("/proc/self/mountinfo").split(separator: "\n").map(String.init).filter {
            // The names of namespaces are mounts; the first lab makes their folder a mount of its own.
            !$0.contains(" /run/netns")
        }
    }

    /// Every difference, as `- before` and `+ after`.
    func differences(from before: HostState) -> [String] {
        parts.keys.sorted().flatMap { key -> [String] in
            let (old, new) = (Set(before.parts[key] ?? []), Set(parts[key] ?? []))
            return old.subtracting(new).sorted().map { "\(key): - \($0)" }
                + new.subtracting(old).sorted().map { "\(key): + \($0)" }
        }
    }

    private func lines(_ command: String...) throws -> [String] {
        let output = try RunningCommand.start(command).wait(within: .seconds(20)).output()
        return output.split(separator: "\n").map { line in
            // Lifetimes of leased addresses and learnt routes count down by themselves.
            line.split(separator: " ").filter { !$0.hasSuffix("sec") && !$0.hasSuffix("sec\\") }.joined(separator: " ")
        }
    }

    /// Counters, and what cannot be read.
    private static let volatile = ["nf_conntrack_count", "stable_secret", "tcp_fastopen_key"]

    private static func sysctls(_ folder: String) -> [String] {
        Files.list(folder).flatMap { name -> [String] in
            let path = "\(folder)/\(name)"
            var status = stat()
            guard stat(path, &status) == 0, !volatile.contains(name) else { return [] }
            if status.st_mode & S_IFMT == S_IFDIR { return sysctls(path) }
            return (try? Files.read(path, limit: 65_536)).map { ["\(path) = \($0)"] } ?? []
        }
    }
}
