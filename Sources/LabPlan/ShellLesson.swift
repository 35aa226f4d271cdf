import KernelObjects

/// What the script says beside its commands: which AWS thing a part is, and why it is built so.
enum ShellLesson {
    static func role(_ role: NodePlan.Role) -> String {
        switch role {
        case .internet:
            "One router between the hosts outside and the Internet gateways. It carries whatever it is given, even "
                + "private addresses: the filters that matter are the gateway's, and nothing may hide behind a kinder "
                + "Internet."
        case .internetHost:
            "A host outside, with a public address of its own and the whole Internet one hop away."
        case .internetGateway:
            "One-to-one translation between private and public addresses, without any memory: no connection tracking. "
                + "What has a public address passes both ways; what has none is dropped, and counted."
        case .router:
            "The VPC's implicit router: local routes, route tables, network ACLs, security groups, and the services at "
                + "base + 2 and 169.254.169.x."
        case .natGateway:
            "An interface in a public subnet that puts its own private address before what private instances send and "
                + "remembers the flow. The Internet gateway then makes that the Elastic IP: two translations, as in AWS."
        case .loadBalancer:
            "A load balancer's presence in one zone. A network load balancer is a router that sends each flow to the "
                + "target its hash chooses; an application load balancer is a host on which nginx runs."
        case .endpoint:
            "The service behind an endpoint: an answering host. It never begins a connection."
        case .transitGateway:
            "A router between VPCs: the table an attachment is associated with places what comes from it."
        case .instance:
            "An instance: interfaces with the subnet's real prefix; the gateway is the subnet's .1, which is the VPC "
                + "router. It never sees a public address."
        case .container:
            "A container of its host above: an address of 172.17.0.0/16, with docker0 of the host as its gateway; in "
                + "network mode none, lo alone."
        case .task:
            "An ECS task in mode awsvpc: an interface of its own, with its own security groups, as if it were an "
                + "instance. All its containers share this namespace."
        }
    }

    /// Why a kernel setting; families of settings share their reason.
    static func setting(_ key: String) -> String? {
        if key == "net.ipv4.ip_forward" { return "It forwards." }
        if key == "net.ipv4.ip_early_demux" {
            return "What passes through is not for a socket here: the kernel need not look for one first."
        }
        if key == "net.ipv4.icmp_ratemask" {
            return "Every datagram for a closed port is refused, however often somebody asks."
        }
        if key.hasSuffix(".rp_filter") {
            return "Source addresses are checked by rules below (source/dest check), not by the kernel's own guess."
        }
        if key.hasSuffix(".send_redirects") { return "No router of AWS tells a host of a shorter way." }
        if key.hasSuffix(".proxy_arp") { return "The router answers ARP for every interface of the VPC." }
        if key.hasSuffix(".accept_local") {
            return "A NAT gateway hands on the router's own \"fragmentation needed\"; it comes back with the router's "
                + "own address as its source, which the kernel would call a lie."
        }
        if key.hasSuffix(".nf_conntrack_tcp_be_liberal") {
            return "Security groups remember flows; they do not police TCP windows."
        }
        if key.hasSuffix(".nf_conntrack_tcp_loose") {
            return
                "A packet in mid-stream opens no flow: a NAT gateway has forgotten it, a router goes by its rules alone."
        }
        if key.contains(".nf_conntrack_") { return "Seconds of silence after which a flow is forgotten, as in AWS." }
        return nil
    }

    static let proxies =
        "Neighbours of one subnet look for each other by ARP. The router answers for them, at once: the kernel would "
        + "wait up to 0.8 s to let the real owner go first."

    static func addresses(_ role: NodePlan.Role) -> String {
        switch role {
        case .router:
            "Its own addresses: .1 of each subnet, the DNS resolver, the metadata service. On lo, for no wire is theirs."
        case .internet: "Its address, as the first hop of the hosts outside sees it."
        case .internetHost: "A /32: no neighbours, everything is behind the router."
        case .instance, .container, .task, .natGateway, .loadBalancer, .internetGateway, .endpoint, .transitGateway: ""
        }
    }

    static func neighbors(_ role: NodePlan.Role) -> String {
        switch role {
        case .router:
            "The fabric knows which interface has which address and never asks: permanent entries. An instance that "
                + "claims another's address gets nothing by it."
        case .internet, .internetGateway, .transitGateway, .endpoint:
            "Wires between routers carry no addresses. The next hops exist here alone, and are known for good."
        case .instance:
            "The host knows its containers, as the fabric knows its instances."
        case .container, .task, .natGateway, .loadBalancer, .internetHost: ""
        }
    }

    static func routes(_ role: NodePlan.Role, table: UInt32, owner: String) -> String {
        if role == .transitGateway, table != RouterNode.Table.nowhere { return "The gateway's \(owner)." }
        guard role == .router || role == .transitGateway else { return "" }
        switch table {
        case KernelRoute.mainTable:
            return "The local route: each interface of the VPC, by its wire. Errors of the router "
                + "come from the .1 of the receiver's own subnet."
        case RouterNode.Table.nowhere:
            return
                "Where no route leads. Not `unreachable`: that would be answered by ICMP, and AWS is silent. Through "
                + "lo the packet still passes the rules below, which count and drop it in the route table's name."
        default:
            return "The AWS \(owner)."
        }
    }

    static let throwing =
        "`throw` is the local route of every route table: the search ends in this table and goes on in main, so a "
        + "route to everywhere takes no packet out of the VPC that belongs there. A route whose target is gone "
        + "(blackhole) leads to lo, too."

    static func rules(_ role: NodePlan.Role) -> String {
        role == .router
            ? "The mark that prerouting gives says which route table a packet's subnet uses. What finds no route in "
                + "it nor in main falls through to table \(RouterNode.Table.nowhere)."
            : ""
    }

    /// Above the rule that spreads flows.
    static let balance =
        "nft 1.0.6 takes no map with an address and a port behind a hash. netlab does it over netlink; the script goes "
        + "without, so that this listener answers nobody:"

    static let handedOn =
        "Left out: netlab marks what a middlebox or a transit gateway has handed on, so that security groups of other "
        + "routers do not take it for its sender's own; nft 1.0.6 cannot write that bit. netlab sends:"

    static let embedded =
        "Left out: netlab also translates the packet quoted inside an ICMP error, which nft 1.0.6 has no words for. "
        + "Without it, errors from beyond this gateway (traceroute's time exceeded, path MTU's fragmentation needed) "
        + "do not match the flow they speak of and are lost. netlab sends:"

    static func set(_ name: String, _ role: NodePlan.Role) -> String? {
        switch name {
        case "sources": "Who sent it, by wire: one look-up, however many interfaces there are."
        case "nat_gateways":
            "They have no security groups: what passes between them and the Internet gateway is not remembered here."
        case "route_tables": "For the name of the route table that had no route."
        case "private_to_public": "Elastic and public IPs. The guest never sees its own."
        case "private_ranges": "RFC 1918 and RFC 6598: an Internet gateway carries them neither way."
        case "services": "Neither ACLs nor security groups apply to these."
        case "own_addresses": "Of interfaces that have several."
        case "borders": "Wires to other networks: nobody there may use this VPC's resolver or metadata."
        case "always_tracked": "Flows through these are remembered whatever the rules of the groups."
        case let name where name.hasPrefix("tracked_"):
            "Flows that the group of the end behind this gate tracks: bit 1 of the mark is the end that began, bit 2 "
                + "the other."
        case let name where name.hasPrefix("pcx_"): "The blocks of the VPC at the other end: nothing else passes."
        case "own_gateway": "An instance may ping its own subnet's .1 and no other."
        case "egress_of", "ingress_of": "Which chain guards an interface."
        case let name where name.hasPrefix("sg_"): "The members of groups that rules refer to."
        default: nil
        }
    }

    static func chain(_ name: String, _ role: NodePlan.Role) -> String? {
        switch (role, name) {
        case (.router, "prerouting"): "Every packet, before connection tracking: who sent it?"
        case (.router, "nowhere"): "Routed to lo: no route."
        case (.router, "unroutable"): "Says in whose name it is dropped."
        case (.router, "acl_ingress"): "Network ACL of the receiver's subnet; not for packets that stay in one subnet."
        case (.router, "sg_egress"):
            "Security groups: two gates, each on its own. `accept` opens this one only. A flow that passed both is "
                + "known, and its answers pass both."
        case (.router, "input"), (.internetGateway, "input"): "What is aimed at this node itself."
        case (.router, let name): routerChain(name)
        case (.internetGateway, "prerouting"): "Stateless: nothing is tracked. What no chain accepts is dropped."
        case (.internetGateway, "reflect"):
            "A public address of the same VPC: the packet comes straight back in, from the sender's public address."
        case (.natGateway, "fragments"):
            "A NAT gateway passes fragments of UDP only. Asked before they are put together."
        case (.natGateway, "input"): "Nobody can talk to the gateway itself; replies to flows are not for it, either."
        case (.natGateway, "forward"):
            "Flows begin inside. TCP, UDP and ICMP only. A flow that was silent for 350 s is answered by a reset inside."
        case (.natGateway, "postrouting"):
            "Its own private address, and one of 55,000 ports at random: so many flows one destination may have at a "
                + "time, and the kernel drops what finds no free one."
        case (.loadBalancer, "listeners"): "A new flow: the hash of its addresses and ports chooses a target."
        case (.loadBalancer, "forward"):
            "Flows to listeners, and no others. One to a target that is unwell, or unknown after its idle time, is reset."
        case (.loadBalancer, "input"): "The node speaks only to its targets, to ask how they are."
        case (.loadBalancer, "client_address"): "Where the target group hides clients: the node's own address."
        default: nil
        }
    }

    private static func routerChain(_ name: String) -> String? {
        if name.hasPrefix("eni-") { return "One per interface: may it send from that address?" }
        if name.hasPrefix("subnet-") {
            return
                "One per subnet. Inside the subnet neither ACL nor route table is asked; else the ACL on the way out, "
                + "then the mark of the subnet's route table."
        }
        if name.hasPrefix("acl-") {
            return "One per network ACL and direction: the lowest number that matches decides. `return` is allow."
        }
        if name.hasPrefix("pcx-") || name.hasPrefix("to-pcx-") {
            return "A peering connection carries packets between the blocks of its two VPCs, and no others."
        }
        if name.hasPrefix("tgw-") {
            return "From a transit gateway: as if from an interface in the subnet of its attachment."
        }
        if name.hasPrefix("to-vpce-") { return "A gateway endpoint carries TCP and ICMP echo, for this VPC only." }
        if name.hasPrefix("dest-") { return "A route leads to this interface, which still takes only what is its own." }
        if name.hasPrefix("track-") { return "The flow's first packet: remembered for this end. Answers pass by it." }
        if name.hasPrefix("sg-"), name.hasSuffix("-open") {
            return
                "Open to everyone, with every answer let out: AWS does not track it. Asked packet by packet, so that it "
                + "ends with the rule."
        }
        if name.hasPrefix("sg-") { return "One per security group and direction: allow rules only." }
        if name.hasPrefix("egress-") || name.hasPrefix("ingress-") {
            return "One per interface and direction: its groups one after the other, else a silent drop."
        }
        return nil
    }
}
