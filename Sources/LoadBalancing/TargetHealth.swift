/// What a load balancer's node believes of one target.
///
/// From [NLB and ALB, target health]: a new target is `initial` until its first check; after that it changes its state
/// only when as many checks in a row as the threshold says have come out the other way.
public struct TargetHealth: Hashable, Sendable {
    public enum State: String, Hashable, Sendable, Codable { case initial, healthy, unhealthy }

    public private(set) var state = State.initial
    /// Checks in a row that contradict the state.
    private var contradictions = 0

    public init() {}

    /// Takes the outcome of one check; whether the state has changed.
    public mutating func note(_ passed: Bool, healthyThreshold: Int, unhealthyThreshold: Int) -> Bool {
        let before = state
        switch state {
        case .initial:
            state = passed ? .healthy : .unhealthy
        case .healthy:
            contradictions = passed ? 0 : contradictions + 1
            if contradictions >= unhealthyThreshold { state = .unhealthy }
        case .unhealthy:
            contradictions = passed ? contradictions + 1 : 0
            if contradictions >= healthyThreshold { state = .healthy }
        }
        if state != before { contradictions = 0 }
        return state != before
    }
}
