public import KernelObjects
public import LabPlan
public import Nftables

/// In what one namespace differs from its plan.
public struct NodeDifference: Sendable {
    public let node: NodePlan
    /// To be made, or put in the place of what is there; in an order that works.
    public private(set) var put: [KernelObject] = []
    /// To be taken away.
    public private(set) var remove: [LiveObject] = []
    public let ruleset: RulesetDifference?
    private var objectDifferences: [Difference] = []

    /// For people, in the order of the plan.
    public var differences: [Difference] { objectDifferences + (ruleset?.differences ?? []) }
    public var isEmpty: Bool { put.isEmpty && remove.isEmpty && ruleset?.isEmpty != false }

    /// - Parameters:
    ///   - objects: What the namespace shall have.
    ///   - live: What it has.
    ///   - rules: What nftables has there; `nil` where nobody looked.
    ///   - devices: Interfaces that are yet to be made: what is planned on them comes after them.
    public init(
        _ node: NodePlan, objects: [KernelObject], live: LiveNode, rules: LiveRuleset?, without devices: Set<String>
    ) {
        self.node = node
        ruleset = rules.flatMap { live in
            guard let table = node.nft else { return RulesetDifference(leftOver: live) }
            return RulesetDifference(planned: table, live: live, keepsOthers: node.role.isGuest)
        }
        let links = live.links.map { LiveObject(.link, key: $0.device.name, words: $0.text, device: $0.device.name) }
        let there = Dictionary(grouping: links + live.objects) { Identity($0.noun, $0.key) }
        let planned = objects.filter { object in object.device.map { !devices.contains($0) } ?? true }
        for object in planned { compare(object, there[Identity(object.noun, object.key)] ?? []) }
        dropWhatTheKernelMakes()
        findExtras(live, planned: objects, without: devices)
    }

    private struct Identity: Hashable {
        let noun: KernelObject.Noun
        let key: String

        init(_ noun: KernelObject.Noun, _ key: String) { (self.noun, self.key) = (noun, key) }
    }

    private mutating func compare(_ object: KernelObject, _ found: [LiveObject]) {
        guard !found.contains(where: { $0.words == object.words }) else { return }
        put.append(object)
        objectDifferences.append(
            Difference(
                found.isEmpty ? .add : .change, object.noun.rawValue, object.words, was: found.first?.words,
                owner: object.owner(in: node)))
    }

    /// With an address or an interface come the routes to its subnet; only if they then are still missing, they are
    /// for us to make.
    private mutating func dropWhatTheKernelMakes() {
        let fresh = Set(
            put.compactMap { object -> String? in
                switch object {
                case .link, .address: object.device
                default: nil
                }
            })
        put.removeAll { object in
            guard case .route(let route) = object, route.isConnected, let device = route.device else { return false }
            return fresh.contains(device.name)
        }
    }

    /// What is there and not planned. The kernel's own objects, and what people put on interfaces of their own, stay.
    private mutating func findExtras(_ live: LiveNode, planned: [KernelObject], without devices: Set<String>) {
        let words = Dictionary(grouping: planned) { Identity($0.noun, $0.key) }.mapValues { Set($0.map(\.words)) }
        let ours = Set(
            planned.compactMap { object -> String? in if case .link(let link) = object { link.device.name } else { nil }
            })
        let present = Dictionary(grouping: live.objects) { Identity($0.noun, $0.key) }
        for object in live.objects where !object.isKernels && object.noun != .sysctl {
            if let device = object.device {
                // It goes with its interface, or is none of our business.
                if devices.contains(device) || (!ours.contains(device) && object.noun != .route) { continue }
            }
            let identity = Identity(object.noun, object.key)
            if let wanted = words[identity] {
                if wanted.contains(object.words) { continue }
                // Its place is taken by `put`, unless the planned one stands beside it.
                guard present[identity]?.contains(where: { wanted.contains($0.words) }) == true else { continue }
            }
            remove.append(object)
            objectDifferences.append(Difference(.remove, object.noun.rawValue, object.words))
        }
    }
}

extension KernelObject {
    /// Whose it is, in words of the lab file.
    public func owner(in node: NodePlan) -> String {
        switch self {
        case .route(let route): route.owner
        case .rule(let rule): rule.owner
        case .link, .address, .neighbor, .sysctl: node.subject
        }
    }
}
