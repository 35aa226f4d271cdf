/// The small filter language: `tcp and host app and port 80`.
///
/// A part of tcpdump's: `tcp`, `udp`, `icmp`, `host WHO`, `port N`, joined by `and` or by nothing.
public struct FilterWords: Hashable, Sendable {
    /// 1 ICMP, 6 TCP, 17 UDP.
    public var protocolNumber: UInt8?
    /// Names or addresses, as written.
    public var hosts: [String] = []
    public var port: UInt16?

    /// A word that does not belong there.
    public struct Problem: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String
    }

    public init() {}

    /// Reads words that a shell or a person has separated.
    public init(_ words: [String]) throws(Problem) {
        var rest = words.flatMap { $0.split(separator: " ").map(String.init) }[...]
        while let word = rest.popFirst() {
            switch word {
            case "and": continue
            case "tcp", "udp", "icmp":
                guard protocolNumber == nil else { throw Problem(description: "\(word): there is a protocol already") }
                protocolNumber = ["icmp": 1, "tcp": 6, "udp": 17][word]
            case "host":
                guard let host = rest.popFirst() else { throw Problem(description: "host: who?") }
                hosts.append(host)
            case "port":
                guard let text = rest.popFirst(), let number = UInt16(text), port == nil else {
                    throw Problem(description: "port: give one number from 0 to 65535, once")
                }
                port = number
            default:
                throw Problem(
                    description: "\(word): not a word of the filter; they are tcp, udp, icmp, host WHO, port N, and")
            }
        }
    }
}
