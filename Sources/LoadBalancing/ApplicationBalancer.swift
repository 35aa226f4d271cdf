import LabServices

/// nginx as an application load balancer, as far as it follows the health of targets.
enum ApplicationBalancer {
    /// The same configuration with the usable targets of each group.
    static func configuration(_ configuration: NginxConfiguration, _ groups: [GroupHealth]) -> String {
        var result = configuration
        for index in result.upstreams.indices {
            guard let group = groups.first(where: { $0.plan.name == result.upstreams[index].name }) else { continue }
            result.upstreams[index].servers = group.usable
        }
        return result.text
    }
}
