import ArgumentParser
import LinuxSystem
import Namespaces
import Probes

/// `netlab __probe`: the same probe many times in one process, as JSON. For `make bench`.
struct ProbeTimes: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "__probe", shouldDisplay: false)

    @Option(help: "A name under /run/netns.") var namespace: String
    @Option var times = 1000
    @Flag(help: "A whole HTTP request; a TCP handshake otherwise.") var http = false
    @Argument(help: "ADDRESS:PORT") var target: String

    /// Seconds from the call to its return: a socket made in the namespace, asked, answered, closed.
    private struct Result: Encodable {
        let succeeded: Int
        let seconds: [Double]
        /// From the first packet to the answer: what of it is not ours.
        let network: [Double]
    }

    func run() throws {
        guard let address = SocketAddress(target) else { throw ValidationError("\(target) is not ADDRESS:PORT") }
        let namespace = try NetworkNamespace(name: namespace, path: NamedNamespace.path(namespace))
        var succeeded = 0
        var seconds: [Double] = []
        var network: [Double] = []
        for _ in 0..<times {
            let start = ContinuousClock.now
            let (success, duration) = try ask(address, from: namespace)
            seconds.append((ContinuousClock.now - start).seconds)
            network.append(duration.seconds)
            if success { succeeded += 1 }
        }
        try Output.json(Result(succeeded: succeeded, seconds: seconds, network: network))
    }

    private func ask(_ address: SocketAddress, from namespace: NetworkNamespace) throws -> (Bool, Duration) {
        if http {
            let outcome = try HTTPProbe(from: namespace, to: address).run()
            return (outcome.succeeded, outcome.duration)
        }
        let outcome = try TCPConnectProbe(from: namespace, to: address).run()
        return (outcome.succeeded, outcome.duration)
    }
}
