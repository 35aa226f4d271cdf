/// Something of a running lab that has failed: nothing of it sends or receives a packet any more.
public struct Outage: Hashable, Sendable, CustomStringConvertible {
    public enum Kind: String, CaseIterable, Sendable {
        /// All that stands in an Availability Zone, in every VPC.
        case zone
        /// One box: an instance, a gateway, a load balancer's node, a host of the Internet.
        case node
        /// One network interface: `app`, or `app.1` for the second one of app.
        case link
        /// A NAT gateway.
        case nat
    }

    public var kind: Kind
    public var name: String

    public init(_ kind: Kind, _ name: String) {
        self.kind = kind
        self.name = name
    }

    /// `zone a`; `nil` if the words are not a kind and a name.
    public init?(_ text: String) {
        let words = text.split(separator: " ").map(String.init)
        guard words.count == 2, let kind = Kind(rawValue: words[0]) else { return nil }
        self.init(kind, words[1])
    }

    public var description: String { "\(kind.rawValue) \(name)" }

    /// Whose drop it is, as counters and `stopped-by` name it.
    public var owner: String { "outage \(self)" }

    /// Whether it takes away an interface.
    ///
    /// - Parameters:
    ///   - node: The node that has it.
    ///   - number: 0 is the node's first.
    ///   - name: The interface's own name, where it has one.
    ///   - zone: Where it stands; `nil` for what belongs to no zone.
    public func hits(interface number: Int, of node: String, named name: String = "", in zone: String?) -> Bool {
        switch kind {
        case .zone: zone == self.name
        case .node, .nat: node == self.name
        case .link: self.name == Self.linkName(number, of: node) || (!name.isEmpty && name == self.name)
        }
    }

    /// `app`, `app.1`: what the router's end of the wire is called, too.
    static func linkName(_ number: Int, of node: String) -> String { number == 0 ? node : "\(node).\(number)" }
}
