import CloudModel
import IPAddressing
import LabRunner
import Reachability

/// The two ends of a question as words: `app` and `echo:80/tcp`.
struct FlowArguments {
    let from: String
    let to: String

    /// - Throws: `LabRunnerError` for words that mean nothing; names are looked up later, in the lab.
    func flow(in lab: Lab) throws -> Flow {
        var words = to[...]
        var kind: String?
        if let slash = words.lastIndex(of: "/") {
            kind = String(words[words.index(after: slash)...])
            words = words[..<slash]
        }
        var port: UInt16?
        if let colon = words.lastIndex(of: ":") {
            guard let number = UInt16(words[words.index(after: colon)...]) else { throw misfit("a port is 0 to 65535") }
            port = number
            words = words[..<colon]
        }
        guard !words.isEmpty else { throw misfit("the host is missing") }
        return Flow(from: source(lab), to: destination(String(words), lab), try transport(kind, port))
    }

    private func transport(_ kind: String?, _ port: UInt16?) throws -> Transport {
        switch (kind, port) {
        case (nil, nil), ("icmp", nil), ("ping", nil): return .echoRequest
        case (nil, .some(let port)), ("tcp", .some(let port)): return .tcp(port: port)
        case ("udp", .some(let port)): return .udp(port: port)
        case ("tcp", nil), ("udp", nil): throw misfit("\(kind ?? "") needs a port")
        case ("icmp", .some), ("ping", .some): throw misfit("ICMP has no ports")
        case (.some(let other), _):
            guard let number = UInt8(other), port == nil else { throw misfit("there is no protocol \(other)") }
            return .other(number)
        }
    }

    /// `internet` is the lab's first Internet host, or any address out there.
    private func source(_ lab: Lab) -> Flow.Source {
        if from == "internet" { return .internet(Self.outside(lab)) }
        return IPv4Address(from).map { .address($0) } ?? .node(from)
    }

    private func destination(_ word: String, _ lab: Lab) -> Flow.Destination {
        if word == "internet" { return .address(Self.outside(lab)) }
        return IPv4Address(word).map { .address($0) } ?? .node(word)
    }

    private static func outside(_ lab: Lab) -> IPv4Address {
        lab.internet.hosts.first?.address ?? IPv4Address(198, 51, 100, 1)
    }

    private func misfit(_ what: String) -> LabRunnerError {
        LabRunnerError(
            .input, "\(to) is no destination: \(what)",
            hint: "for example app:8080, echo:53/udp, app/icmp or 10.0.1.10:22")
    }
}
