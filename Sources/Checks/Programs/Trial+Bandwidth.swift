import CloudModel
import IPAddressing
import LabRunner
import Probes

extension Trial {
    /// Both senders in turn, several times: what disturbs the one disturbs the other as well.
    func bandwidth(_ node: MadeNode, _ to: Endpoint, against other: String, _ places: Places) throws -> Observation {
        var observation = Observation()
        observation.protocolNumber = ProtocolNumber.tcp
        observation.target = SocketAddress(address: try places.resolve(to.host, from: node), port: probe.port ?? 5201)
        do {
            let comparison = try PathComparison.measure(places.lab, from: [sender, other], to: to)
            observation.succeeded = comparison.isSane
            observation.saw = comparison.sentence
        } catch let failure as PathComparison.Failure {
            observation.saw = failure.description
        }
        return observation
    }
}
