import Checks
import CloudModel
import IPAddressing
import LabPlan
import LabRunner
import LinuxSystem
import Namespaces
import Reachability

/// One flow of a cloud as both sides are asked about it.
struct Question: Hashable, CustomStringConvertible {
    let sender: String
    let source: Flow.Source
    let destination: IPv4Address
    let port: MatrixPort

    var flow: Flow { Flow(from: source, to: .address(destination), port.transport) }
    var description: String { "\(sender) → \(destination) \(port)" }
}

/// A question on which prediction and packets differ.
struct Difference: CustomStringConvertible {
    let question: Question
    let predicted: Bool
    let seen: String
    let story: String

    var description: String {
        "\(question): predicted \(predicted ? "reachable" : "not reachable"), seen \(seen)\n\(story)"
    }
}

/// A cloud built in the kernel, and every flow of it tried.
struct CloudTrial {
    let lab: Lab
    let name: String

    static let ports: [MatrixPort] = [.tcp(22), .tcp(80), .tcp(443), .udp(7), .ping]

    /// What every sender asks for: all private and public addresses, some of nobody, the router, the services.
    var destinations: [IPv4Address] {
        var found: Set<IPv4Address> = [IPv4Address(203, 0, 113, 250), IPv4Address(169, 254, 169, 254)]
        for vpc in lab.vpcs {
            for instance in vpc.instances {
                found.insert(instance.interface.privateAddress)
                if !instance.bridgedContainers.isEmpty {
                    // docker0, the first two containers, and nobody.
                    found.formUnion([1, 2, 3, 9].map { DockerBridge.block.base + $0 })
                }
                if let address = instance.interface.publicAddress { found.insert(address) }
            }
            for gateway in vpc.natGateways {
                found.insert(gateway.privateAddress)
                if let address = gateway.elasticIP { found.insert(address) }
            }
            for subnet in vpc.subnets {
                found.formUnion([subnet.gateway, subnet.cidrBlock.last + -1])
            }
            if let resolver = vpc.resolver { found.insert(resolver) }
            found.insert(vpc.cidrBlocks[0].last + -1)
        }
        found.formUnion(lab.internet.hosts.map(\.address))
        return found.sorted()
    }

    struct Sender {
        let name: String
        let source: Flow.Source
        let address: IPv4Address
    }

    private var senders: [Sender] {
        let inside = lab.vpcs.flatMap(\.instances).map {
            Sender(name: $0.name, source: .node($0.name), address: $0.interface.privateAddress)
        }
        let containers = lab.vpcs.flatMap(\.instances).flatMap(\.bridgedContainers).map {
            Sender(name: $0.container.name, source: .node($0.container.name), address: $0.address)
        }
        return inside + containers
            + lab.internet.hosts.map { Sender(name: $0.name, source: .internet($0.address), address: $0.address) }
    }

    /// Builds, asks, takes down.
    ///
    /// - Throws: When the cloud cannot be built or a packet cannot be sent.
    func run() throws -> (asked: Int, differences: [Difference]) {
        let running = try LabUp(
            lab, name: name, labText: "", settings: RunnerSettings(program: "/bin/false", aptRoot: nil), services: false
        ).run()
        let outcome = Result { try ask(running) }
        _ = try LabDown(name).run()
        return try outcome.get()
    }

    private func ask(_ running: RunningLab) throws -> (asked: Int, differences: [Difference]) {
        try Census.note(running)
        let index = ReachabilityIndex(lab)
        let senders = senders
        let destinations = destinations
        let servers = try EchoServers(running.nodes, workers: senders.count)
        var jobs: [@Sendable () throws -> [Difference]] = [
            {
                servers.serve()
                return []
            }
        ]
        for sender in senders {
            guard let node = running.node(sender.name) else { preconditionFailure("every sender has a node") }
            let others = destinations.filter { $0 != sender.address }
            jobs.append {
                defer { servers.workerIsDone() }
                return try Self.differences(index, sender, others, node)
            }
        }
        let found = try inParallel(jobs, threads: jobs.count).flatMap { try $0.get() }
        return (senders.count * (destinations.count - 1) * Self.ports.count, found)
    }

    private static func differences(
        _ index: ReachabilityIndex, _ sender: Sender, _ destinations: [IPv4Address], _ node: MadeNode
    ) throws -> [Difference] {
        let seen = try PacketVerdicts(from: node.namespace, to: destinations, ports: ports)
        var found: [Difference] = []
        for destination in destinations {
            for port in ports {
                let question = Question(
                    sender: sender.name, source: sender.source, destination: destination, port: port)
                let predicted = index.isReachable(question.flow)
                guard try seen.isReached(destination, port) != predicted else { continue }
                // Once more, alone: a packet that was lost is no difference.
                let again = try PacketVerdicts(from: node.namespace, to: [destination], ports: [port], patience: 4)
                guard try again.isReached(destination, port) != predicted else { continue }
                found.append(
                    Difference(
                        question: question, predicted: predicted, seen: again.words(destination, port),
                        story: AnalysisText(index.explain(question.flow), title: "\(question)").text))
            }
        }
        return found
    }
}
