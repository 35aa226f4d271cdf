import IPAddressing

/// AWS's range of `http-put-response-hop-limit`.
private let hopLimits = 1...64

extension Findings {
    /// Containers on instances: ports that nobody else of the host takes, and networks that netlab can build.
    mutating func checkContainers(of vpc: VPC) {
        for host in vpc.instances {
            if !hopLimits.contains(host.metadataHopLimit) {
                error(
                    host.origin, "the metadata hop limit of `\(host.name)` is \(host.metadataHopLimit)",
                    hint: "AWS takes 1 to 64", field: "metadata-hop-limit")
            }
            guard !host.containers.isEmpty else { continue }
            for container in host.containers { checkPorts(of: container) }
            checkPortsOfHost(host)
            checkBridge(of: host, in: vpc)
        }
    }

    private mutating func checkPorts(of container: Container) {
        checkListeners(container.listeners, of: container.name, at: container.origin, field: "listens")
        guard container.network != .bridge, let port = container.publishedPorts.first else { return }
        error(
            container.origin,
            "the container `\(container.name)` is in network mode \(container.network.rawValue) and publishes \(port)",
            hint: container.network == .host
                ? "its ports are the host's own: remove `ports`" : "nothing leads to it: remove `ports`",
            field: "ports")
    }

    /// Every port of the host has one taker: a program of its own, a container in mode host, or a published port.
    private mutating func checkPortsOfHost(_ host: Instance) {
        var takers: [String: String] = [:]
        func sockets(_ listeners: [Listener]) -> [String] {
            listeners.flatMap { listener in listener.kind.transports.map { "\($0)/\(listener.port)" } }
        }
        for socket in sockets(host.listeners) { takers[socket] = host.name }
        for container in host.containers {
            let isHost = container.network == .host
            let taken =
                isHost
                ? sockets(container.listeners)
                : container.publishedPorts.map { "\($0.transport.rawValue)/\($0.hostPort)" }
            for socket in taken {
                guard let other = takers[socket], isHost == false || other != container.name else {
                    takers[socket] = container.name
                    continue
                }
                error(
                    container.origin,
                    isHost
                        ? "the container `\(container.name)` wants \(socket) of its host `\(host.name)`, and `\(other)` "
                            + "has it: bind: address already in use"
                        : "the container `\(container.name)` publishes \(socket) of its host `\(host.name)`, and "
                            + "`\(other)` has it: port is already allocated",
                    hint:
                        "ECS would place it on an instance where the port is free: choose another port or another host"
                        + (isHost ? ", or network mode bridge" : ""),
                    field: isHost ? "listens" : "ports")
            }
        }
    }

    private mutating func checkBridge(of host: Instance, in vpc: VPC) {
        guard let first = host.bridgedContainers.first?.container else { return }
        if !host.secondaryInterfaces.isEmpty {
            error(
                first.origin, "the host `\(host.name)` of the container `\(first.name)` has several network interfaces",
                hint: "netlab builds network mode bridge behind one interface only", field: "network")
        }
        if let block = vpc.cidrBlocks.first(where: { $0.overlaps(DockerBridge.block) }) {
            warning(
                first.origin,
                "docker0 of `\(host.name)` has \(DockerBridge.block), which overlaps the VPC's block \(block): the host "
                    + "and its containers cannot reach that part of the VPC",
                hint: "choose another block for the VPC", field: "network")
        }
    }
}
