/// What the far end says it saw: the sender's address after every translation on the way.
public struct SeenFrom: Hashable, Sendable, CustomStringConvertible {
    /// The node that answered; `nil` where the protocol has no room for it.
    public let node: String?
    /// The source the node saw.
    public let source: SocketAddress

    public init(node: String?, source: SocketAddress) {
        self.node = node
        self.source = source
    }

    /// The value of an `X-Netlab-Seen-From` header: `A.B.C.D:P`.
    public init?(header: String) {
        guard let source = SocketAddress(header) else { return nil }
        self.init(node: nil, source: source)
    }

    /// The first line of an echo: `netlab NODE seen-from A.B.C.D:P`.
    public init?(echo bytes: some Collection<UInt8>) {
        guard let end = bytes.prefix(512).firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        let words = String(decoding: bytes[..<end], as: UTF8.self).split(
            separator: " ", omittingEmptySubsequences: false)
        guard words.count == 4, words[0] == "netlab", words[2] == "seen-from", !words[1].isEmpty,
            let source = SocketAddress(String(words[3]))
        else { return nil }
        self.init(node: String(words[1]), source: source)
    }

    public var description: String { node.map { "\(source) by \($0)" } ?? "\(source)" }
}
