import CloudModel
import IPAddressing

/// Follows one packet through the cloud in the order AWS documents.
///
/// Leaving an interface: source check, security group, then straight to a neighbour of the same subnet, or network ACL,
/// route table, target. Entering: gateway route table, network ACL, security group, destination check. One file an
/// extension: interfaces, subnets, and one for each kind of gateway.
struct Walker<Log: WalkLog> {
    let index: ReachabilityIndex
    var packet: PacketHeader
    var log: Log
    var memory = FlowMemory()
    /// Walking back: what the stateful components remember counts.
    var isReply = false
    /// The sender's security group is not known any more: the packet came through a transit gateway or a middlebox.
    private(set) var hasLostGroups = false
    /// The packet came into this VPC through a transit gateway.
    var cameByTransitGateway = false
    /// The load balancer's node that the packet left, still with its client's address.
    var balancer: Int?
    /// The interface the flow began at, if any.
    var sender: Int?
    /// Whom the flow is for, if it was asked for by name.
    private var goal: Goal?
    /// The packet came to whom it is for: somebody else may have the same address elsewhere.
    private(set) var hasMetGoal = true
    /// Which of a load balancer's possible targets to take.
    var choice = 0
    /// How many there were at the first load balancer.
    var choices = 1
    private var steps = 0

    init(_ index: ReachabilityIndex, _ packet: PacketHeader, log: Log) {
        self.index = index
        self.packet = packet
        self.log = log
    }

    /// Ready for the next flow, with the memory's storage kept.
    mutating func begin(_ packet: PacketHeader, for goal: Goal?) {
        self.packet = packet
        self.goal = goal
        hasMetGoal = goal == nil
        memory.forget()
        isReply = false
        hasLostGroups = false
        cameByTransitGateway = false
        balancer = nil
        sender = nil
        choices = 1
        steps = 0
    }

    /// Turns round: the answer to what has just arrived.
    mutating func turnRound() {
        packet = packet.reversed
        isReply = true
        hasLostGroups = false
        cameByTransitGateway = false
        balancer = nil
        steps = 0
    }

    /// The packet is at an interface that has the address it is for.
    mutating func meet(interface number: Int) {
        guard !hasMetGoal, let goal else { return }
        hasMetGoal = number == goal.interface || index.interfaces[goal.interface].siblings.contains(number)
    }

    /// The packet is at a container; who asks for its host by name means whatever answers there.
    mutating func meet(container number: Int) {
        guard !hasMetGoal, let goal else { return }
        hasMetGoal = number == goal.container || index.containers[number].host == goal.interface
    }

    /// From here on nobody knows whose packet this is.
    mutating func loseGroups() {
        hasLostGroups = true
        balancer = nil
    }

    /// From here on the packet bears an address of its last sender's own, and belongs to that one's groups.
    mutating func speaksForItself() {
        hasLostGroups = false
        balancer = nil
    }

    /// Counts routers; whoever passes more than 32 of them goes in circles.
    mutating func isGoingInCircles() -> Bool {
        steps += 1
        return steps > 32
    }

    /// Writes down why the packet ends at this hop.
    func refuse(
        _ code: ExplanationCode, _ disposition: Disposition, _ hop: @autoclosure () -> Hop,
        _ sentence: @autoclosure () -> String
    ) -> Verdict {
        log.add(
            {
                var last = hop()
                last.explanations.append(
                    Explanation(code, last.component, sentence(), origin: last.origin))
                return last
            }())
        return .refused(code, disposition)
    }
}
