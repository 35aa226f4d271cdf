import CloudModel
import IPAddressing

/// A VPC with everything resolved to positions.
///
/// Like interfaces and subnets a class, and constant: a walk looks at them at every step and must not copy them.
final class IndexedVPC: Sendable {
    let model: VPC
    /// Who has a private address.
    let interfaces: [IPv4Address: Int]
    /// What the Internet gateway translates, both ways.
    let publicOf: [IPv4Address: IPv4Address]
    let privateOf: [IPv4Address: IPv4Address]
    /// Positions in the index's list.
    let subnets: [Int]
    /// The table that places what comes in through the Internet gateway.
    let edgeRoutes: IndexedRoutes?
    /// Blocks of the prefix lists of gateway endpoints, by the endpoint's position.
    let endpointBlocks: [[CIDRBlock]]
    let blocks: [CIDRBlock]
    let resolver: IPv4Address?

    init(_ draft: VPCDraft) {
        model = draft.model
        interfaces = draft.interfaces
        publicOf = draft.publicOf
        privateOf = draft.privateOf
        subnets = draft.subnets
        edgeRoutes = draft.edgeRoutes
        endpointBlocks = draft.endpointBlocks
        blocks = draft.model.cidrBlocks
        resolver = draft.model.resolver
    }

    func contains(_ address: IPv4Address) -> Bool { blocks.contains { $0.contains(address) } }

    var component: Component { Component(.vpc, model.name, origin: model.origin) }

    var gateway: Component {
        Component(
            .internetGateway, model.internetGateway?.name ?? "", origin: model.internetGateway?.origin ?? model.origin)
    }

    var privateGateway: Component {
        Component(
            .virtualPrivateGateway, model.virtualPrivateGateway?.name ?? "vgw",
            origin: model.virtualPrivateGateway?.origin ?? model.origin)
    }
}

/// A VPC while its parts are gathered.
struct VPCDraft {
    let model: VPC
    var interfaces: [IPv4Address: Int] = [:]
    var publicOf: [IPv4Address: IPv4Address] = [:]
    var privateOf: [IPv4Address: IPv4Address] = [:]
    var subnets: [Int] = []
    var edgeRoutes: IndexedRoutes?
    var endpointBlocks: [[CIDRBlock]] = []

    init(model: VPC) { self.model = model }
}

/// A subnet with its table and list.
final class IndexedSubnet: Sendable {
    let model: Subnet
    let vpc: Int
    let acl: IndexedACL
    /// `nil` if its table does not exist.
    let routes: IndexedRoutes?
    let block: CIDRBlock

    init(_ model: Subnet, vpc: Int, acl: IndexedACL, routes: IndexedRoutes?) {
        self.model = model
        self.vpc = vpc
        self.acl = acl
        self.routes = routes
        block = model.cidrBlock
    }

    /// The implicit router's address.
    var gateway: IPv4Address { block.base + 1 }
    var component: Component { Component(.subnet, model.name, origin: model.origin) }
}

/// The addresses every VPC offers by itself; neither groups nor ACLs apply to them.
enum LinkLocalService {
    static let metadata = IPv4Address(169, 254, 169, 254)
    static let resolver = IPv4Address(169, 254, 169, 253)
}
