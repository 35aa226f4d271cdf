/// A timer of the lab that AWS does not let anybody set so short: nobody has its time to wait.
public struct ShortenedTimer: Hashable, Sendable, Encodable, CustomStringConvertible {
    /// `nat-a forgets an idle flow after`.
    public let what: String
    public let seconds: Double
    /// The least that AWS has.
    public let awsSeconds: Double

    public var description: String { "\(what) \(Self.text(seconds)) s (AWS: \(Self.text(awsSeconds)) s)" }

    private static func text(_ seconds: Double) -> String {
        seconds == seconds.rounded() ? "\(Int(seconds))" : "\(seconds)"
    }
}

extension Lab {
    /// What goes faster here than it could on AWS; reports say so.
    public var shortenedTimers: [ShortenedTimer] {
        let gateways = vpcs.flatMap(\.natGateways).map {
            ShortenedTimer(
                what: "\($0.name) forgets an idle flow after", seconds: Double($0.idleTimeout),
                awsSeconds: Double(NATGateway.idleTimeout))
        }
        let groups = vpcs.flatMap(\.targetGroups).map {
            ShortenedTimer(
                what: "\($0.name) checks the health of its targets every", seconds: $0.healthCheck.interval,
                awsSeconds: HealthCheck.shortestInterval)
        }
        return (gateways + groups).filter { $0.seconds < $0.awsSeconds }
    }
}
