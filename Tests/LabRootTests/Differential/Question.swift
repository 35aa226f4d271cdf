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
    /// What is predicted from; another cloud than the one that is built, to see that differences are found.
    var predicted: Lab?

    static let ports: [MatrixPort] = [.tcp(22), .tcp(80), .tcp(443), .udp(7), .ping]

    /// What every sender asks for: all private and public addresses, some of nobody, the router, the services.
    var destinations: [IPv4Address] {
        var found: Set<IPv4Address> = [IPv4Address(203, 0, 113, 250), IPv4Address(169, 254, 169, 254)]
        for vpc in lab.vpcs {
            found.formUnion(vpc.privateAddresses)
            found.formUnion(vpc.instances.flatMap(\.interfaces).flatMap(\.associations).compactMap(\.publicAddress))
            found.formUnion(vpc.natGateways.compactMap(\.elasticIP))
            found.formUnion(vpc.loadBalancers.flatMap(\.nodes).compactMap(\.interface.publicAddress))
            // docker0, the first two containers, and nobody.
            if !vpc.instances.flatMap(\.bridgedContainers).isEmpty {
                found.formUnion([1, 2, 3, 9].map { DockerBridge.block.base + $0 })
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
        let addresses: [IPv4Address]
    }

    var senders: [Sender] {
        let inside = lab.vpcs.flatMap(\.instances).map {
            Sender(name: $0.name, source: .node($0.name), addresses: $0.interfaces.flatMap(\.privateAddresses))
        }
        let containers = lab.vpcs.flatMap(\.instances).flatMap(\.bridgedContainers).map {
            Sender(name: $0.container.name, source: .node($0.container.name), addresses: [$0.address])
        }
        return inside + containers
            + lab.internet.hosts.map { Sender(name: $0.name, source: .internet($0.address), addresses: [$0.address]) }
    }

    /// Nodes of application load balancers.
    private var proxies: Set<String> {
        Set(lab.vpcs.flatMap(\.loadBalancers).filter { $0.kind == .application }.flatMap(\.nodes).map(\.name))
    }

    /// Every question that is asked. A connection to an application load balancer ends there: a handshake says nothing of
    /// its targets, so the connections that its nodes make to them are questions of their own.
    var questions: [Question] {
        Set(lab.balancerConnections).map {
            Question(sender: $0.node, source: .address($0.source), destination: $0.target, port: .tcp($0.port))
        }.sorted { ($0.sender, $0.destination, $0.port.description) < ($1.sender, $1.destination, $1.port.description) }
            + senders.flatMap { sender in
                destinations.filter { !sender.addresses.contains($0) }.flatMap { destination in
                    Self.ports.map {
                        Question(sender: sender.name, source: sender.source, destination: destination, port: $0)
                    }
                }
            }
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
        let index = ReachabilityIndex((predicted ?? lab).endingAtApplicationBalancers)
        let questions = Dictionary(grouping: questions, by: \.sender)
        let servers = try EchoServers(running.nodes, proxies: proxies, workers: questions.count)
        var jobs: [@Sendable () throws -> [Difference]] = [
            {
                servers.serve()
                return []
            }
        ]
        for (sender, own) in questions {
            guard let node = running.node(sender) else { preconditionFailure("every sender has a node") }
            jobs.append {
                defer { servers.workerIsDone() }
                return try Asking(index: index, node: node).differences(own)
            }
        }
        let found = try inParallel(jobs, threads: jobs.count).flatMap { try $0.get() }
        return (questions.values.map(\.count).reduce(0, +), found)
    }
}

/// One sender's questions, asked of the model and of the kernel.
private struct Asking {
    let index: ReachabilityIndex
    let node: MadeNode
    /// How often a flow is tried of which a load balancer sends some here and some there: each of them may be one in
    /// three, and all tries go the same way once in 10,000.
    private static let mixedTries = 24

    func differences(_ questions: [Question]) throws -> [Difference] {
        var destinations: [IPv4Address] = []
        for question in questions where destinations.last != question.destination {
            destinations.append(question.destination)
        }
        let seen = try PacketVerdicts(from: node.namespace, to: destinations, ports: CloudTrial.ports)
        return try questions.compactMap { question in
            let outcomes = index.outcomes(of: question.flow)
            let first = try seen.isReached(question.destination, question.port)
            if outcomes.contains(true) && outcomes.contains(false) { return try mixed(question, first) }
            guard first != outcomes[0] else { return nil }
            // Once more, alone: a packet that was lost is no difference.
            let again = try alone(question, patience: 4)
            guard again.isReached != outcomes[0] else { return nil }
            return difference(question, outcomes[0], again.words)
        }
    }

    /// A load balancer has targets that are reached and such that are not: both must show.
    private func mixed(_ question: Question, _ first: Bool) throws -> Difference? {
        for _ in 0..<Self.mixedTries where try alone(question, patience: 1).isReached != first { return nil }
        return difference(question, !first, "only the other, \(Self.mixedTries) times")
    }

    private func alone(_ question: Question, patience: Int) throws -> (isReached: Bool, words: String) {
        let seen = try PacketVerdicts(
            from: node.namespace, to: [question.destination], ports: [question.port], patience: patience)
        return (
            try seen.isReached(question.destination, question.port), seen.words(question.destination, question.port)
        )
    }

    private func difference(_ question: Question, _ predicted: Bool, _ seen: String) -> Difference {
        Difference(
            question: question, predicted: predicted, seen: seen,
            story: AnalysisText(index.explain(question.flow), title: "\(question)").text)
    }
}
