/// The launch type of an ECS task in network mode `awsvpc`: who brings the host, and so who may ask for a public address.
public enum TaskLaunch: String, Hashable, Sendable, CaseIterable {
    /// On an instance of one's own. Its interface never has a public address, in whatever subnet.
    case ec2
    /// On hosts of AWS's. With `assignPublicIp: ENABLED` the task has a public address of its own.
    case fargate
}

extension Instance {
    /// Whether it is an ECS task with a network interface of its own, and no EC2 instance.
    public var isTask: Bool { launch != nil }
}
