import IPAddressing
import Reachability

/// What a case says of addresses that change on the way: `src 10.1.1.98 -> 10.1.250.210 (…) -> 3.135.127.225 (…)`.
struct Translation {
    let isSource: Bool
    /// In order; a port where the case names one.
    let steps: [(address: IPv4Address, port: UInt16?)]
    let keepsSource: Bool
    let remapsPorts: Bool

    init?(_ text: String) {
        let words = text.split(separator: " ").map(String.init)
        guard let first = words.first, first == "src" || first == "dst" else { return nil }
        isSource = first == "src"
        keepsSource = text.contains("source unchanged")
        remapsPorts = text.contains("1024-65535")
        steps = words.dropFirst().compactMap { word in
            let trimmed = word.filter { $0 != "," }
            let parts = trimmed.split(separator: ":").map(String.init)
            guard let address = parts.first.flatMap({ IPv4Address($0) }) else { return nil }
            return (address, parts.count > 1 ? UInt16(parts[1]) : nil)
        }
    }

    /// The first thing in which a way differs from it.
    func difference(from path: Path) -> String? {
        let headers = [path.start] + path.hops.flatMap { [$0.inbound, $0.outbound].compactMap { $0 } } + [path.end]
        var seen: [(address: IPv4Address, port: UInt16?)] = []
        for header in headers {
            let address = isSource ? header.source : header.destination
            let port = isSource ? nil : header.destinationPorts.lowerBound
            if seen.last?.address != address { seen.append((address, port)) }
        }
        let isEqual =
            seen.map(\.address) == steps.map(\.address)
            && zip(seen, steps).allSatisfy { $1.port == nil || $0.port == $1.port }
        if !isEqual { return "translated \(seen.map { "\($0.address):\($0.port ?? 0)" }), expected \(steps)" }
        if keepsSource, path.start.source != path.end.source { return "the source became \(path.end.source)" }
        if remapsPorts, !headers.contains(where: { $0.sourcePorts == Flow.translatedPorts }) {
            return "no source port is chosen from 1024-65535"
        }
        return nil
    }
}
