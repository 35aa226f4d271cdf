import CloudModel
import IPAddressing

/// A route table, ready for look-ups: the routes that are written, and the local ones that are not.
struct IndexedRoutes: Sendable {
    /// Where packets go, with names resolved to positions.
    enum Action: Hashable, Sendable {
        case local
        case internetGateway
        /// A NAT gateway's or an instance's interface.
        case interface(Int)
        case peering(Int)
        case transitGateway(Int)
        case gatewayEndpoint(Int)
        case virtualPrivateGateway
        /// A blackhole, or a target that does not exist.
        case nowhere
    }

    struct Entry: Sendable {
        let block: CIDRBlock
        let action: Action
        /// `nil` for the local route that no one wrote.
        let route: Route?
    }

    let table: RouteTable
    private let entries: [Entry]
    private let prefixes: PrefixTable

    /// - Parameter resolve: from a target's name to where it is.
    init(_ table: RouteTable, blocks: [CIDRBlock], resolve: (RouteTarget) -> Action) {
        self.table = table
        let written = table.routes.map { Entry(block: $0.destination, action: resolve($0.target), route: $0) }
        entries = written + blocks.map { Entry(block: $0, action: .local, route: nil) }
        prefixes = PrefixTable(entries.map { ($0.block, Self.rank($0)) })
    }

    /// Among routes to the same block: written, then local, then from a prefix list, then propagated.
    private static func rank(_ entry: Entry) -> Int {
        guard let route = entry.route else { return 1 }
        return route.isPropagated ? 3 : route.prefixList != nil ? 2 : 0
    }

    func best(_ address: IPv4Address) -> Entry? { prefixes.best(address).map { entries[$0] } }

    /// Routes that match as well but lost.
    func losers(_ address: IPv4Address) -> [Entry] { prefixes.all(address).dropFirst().map { entries[$0] } }
}
