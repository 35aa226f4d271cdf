public import IPAddressing

/// An address and port that a balancer may send a flow to.
public struct FlowTarget: Hashable, Sendable {
    public var address: IPv4Address
    public var port: UInt16

    public init(_ address: IPv4Address, port: UInt16) {
        self.address = address
        self.port = port
    }
}

extension NftSet {
    /// How many slots a balancer's flow hash chooses from: a number that two to six targets share evenly.
    public static let flowSlotCount: UInt32 = 60

    /// The map from a flow's slot to its target; without targets it is empty and no flow finds a way.
    public static func flowSlots(_ name: String, over targets: [FlowTarget]) -> NftSet {
        let slots = targets.isEmpty ? 0..<0 : 0..<flowSlotCount
        return NftSet(
            name, key: [.mark], data: .flowTarget, isLive: true,
            elements: slots.map { slot in
                let target = targets[Int(slot) % targets.count]
                return Element([.mark(slot)], .flowTarget(target))
            })
    }

    /// Targets that are unwell: their flows are reset.
    public static func cutTargets(_ targets: [FlowTarget]) -> NftSet {
        NftSet(
            "cut_targets", key: [.address, .port], isLive: true,
            elements: targets.map { Element([.address($0.address), .port($0.port)]) })
    }
}
