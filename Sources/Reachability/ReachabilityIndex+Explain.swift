import CloudModel
import IPAddressing

extension ReachabilityIndex {
    /// The whole answer to one flow: way there, way back, every rule on them, and what a load balancer might do else.
    public func explain(_ flow: Flow) -> Analysis {
        guard let beginning = beginning(of: flow) else { return unanswerable(flow) }
        var walker = Walker(self, beginning.header, log: Diary())
        let first = explain(flow, beginning, &walker)
        guard walker.choices > 1 else { return first }
        var chosen = first
        var others: [Path] = []
        for choice in 1..<walker.choices {
            walker.choice = choice
            let next = explain(flow, beginning, &walker)
            if next.isReachable && !chosen.isReachable {
                chosen = next
            } else if next.isReachable {
                others.append(next.forward)
            }
        }
        chosen.alternatives = others
        return chosen
    }

    /// Whether packets arrive and answers come back: `explain` without a word.
    public func isReachable(_ flow: Flow) -> Bool {
        guard let beginning = beginning(of: flow) else { return false }
        var walker = Walker(self, beginning.header, log: Silence())
        return isReachable(beginning, flow.transport, &walker)
    }

    /// The same for each target that a load balancer on the way may choose; one answer where there is none.
    public func outcomes(of flow: Flow) -> [Bool] {
        guard let beginning = beginning(of: flow) else { return [false] }
        var walker = Walker(self, beginning.header, log: Silence())
        var outcomes: [Bool] = []
        repeat {
            walker.choice = outcomes.count
            outcomes.append(arrives(beginning, flow.transport, &walker))
        } while outcomes.count < walker.choices
        return outcomes
    }

    func isReachable(_ beginning: Beginning, _ transport: Transport, _ walker: inout Walker<Silence>) -> Bool {
        walker.choice = 0
        repeat {
            if arrives(beginning, transport, &walker) { return true }
            walker.choice += 1
        } while walker.choice < walker.choices
        return false
    }

    /// By the choice of targets that the walker makes.
    private func arrives(
        _ beginning: Beginning, _ transport: Transport, _ walker: inout Walker<Silence>
    ) -> Bool {
        let (start, header) = (beginning.start, beginning.header)
        walker.begin(header, for: beginning.goal)
        guard case .arrived(let arrival) = start.send(&walker), walker.hasMetGoal else { return false }
        if !transport.expectsReply || !start.awaitsReply { return true }
        return reply(&walker, from: arrival, to: start, expecting: header.reversed) == nil
    }

    private func explain(_ flow: Flow, _ beginning: Beginning, _ walker: inout Walker<Diary>) -> Analysis {
        let (start, header) = (beginning.start, beginning.header)
        walker.begin(header, for: beginning.goal)
        walker.log = Diary()
        var verdict = start.send(&walker)
        if case .arrived(let arrival) = verdict, !walker.hasMetGoal {
            verdict = walker.refuse(
                .noPossibleDestination, .neighborUnreachable, Hop(component(of: arrival)),
                "\(walker.packet.destination) is not \(flow.destination.words) here: no way leads there")
        }
        var forward = path(walker, from: header, verdict.disposition)
        if !forward.isComplete { forward.hints = hints(about: forward) }
        var analysis = Analysis(flow: flow, forward: forward, return: nil, alternatives: [])
        guard case .arrived(let arrival) = verdict, flow.transport.expectsReply, start.awaitsReply else {
            return analysis
        }
        walker.log = Diary()
        let answer = walker.packet.reversed
        let refusal = reply(&walker, from: arrival, to: start, expecting: header.reversed)
        var way = path(walker, from: answer, refusal ?? .accepted)
        if !way.isComplete { way.hints = hints(about: way) }
        analysis.return = way
        return analysis
    }

    private func component(of arrival: Verdict.Arrival) -> Component {
        switch arrival {
        case .interface(let number), .service(let number): owner(of: number)
        case .container(let number): containers[number].component
        case .internet(let host): host.map(component(ofHost:)) ?? .internet
        case .gatewayEndpoint(let number, let vpc): endpointHop(number, vpc: vpc).component
        case .virtualPrivateGateway(let number): vpcs[number].privateGateway
        case .outside: .internet
        }
    }

    /// Walks back; `nil` if the answer reaches who asked, in a shape it knows.
    private func reply<Log: WalkLog>(
        _ walker: inout Walker<Log>, from arrival: Verdict.Arrival, to start: FlowStart, expecting: PacketHeader
    ) -> Disposition? {
        walker.turnRound()
        let verdict: Verdict
        switch arrival {
        case .interface(let number): verdict = walker.send(from: number)
        case .container(let number): verdict = walker.send(fromContainer: number)
        case .internet(let host):
            if let host { walker.log.visit(component(ofHost: host)) }
            verdict = walker.crossInternet(from: nil)
        case .gatewayEndpoint(let number, let vpc): verdict = walker.answer(fromGatewayEndpoint: number, vpc: vpc)
        case .service, .virtualPrivateGateway, .outside: return nil
        }
        guard case .arrived(let end) = verdict else { return verdict.disposition }
        guard start.isReached(by: end), walker.packet == expecting else {
            let seen = walker.packet
            return walker.refuse(
                .ngwSourceAddressReassign, .deniedIn, Hop(start.component(self), inbound: seen),
                "the answer comes back as \(seen), and the sender waits for \(expecting)"
            ).disposition
        }
        return nil
    }

    private func path(_ walker: Walker<Diary>, from start: PacketHeader, _ disposition: Disposition) -> Path {
        Path(
            hops: walker.log.hops, boxes: walker.log.boxes, disposition: disposition, start: start, end: walker.packet)
    }

    /// Routes that would have led elsewhere, had not a better one won.
    private func hints(about path: Path) -> [Explanation] {
        guard let last = path.hops.last(where: { $0.component.kind == .routeTable }), let name = last.subnet,
            case .route(let winner) = last.rule,
            let subnet = subnets.first(where: {
                $0.model.name == name && vpcs[$0.vpc].model.name == last.vpc
            }), let routes = subnet.routes
        else { return [] }
        // Behind a translation the destination is another one: ask for that which the winner has.
        guard
            let destination = [last.inbound?.destination, path.end.destination, path.start.destination]
                .compactMap({ $0 }).first(where: { routes.best($0)?.block == winner.destination })
        else { return [] }
        return routes.losers(destination).map { loser in
            let isEqual = loser.block == winner.destination
            let target = loser.route?.target.name ?? "local"
            return Explanation(
                isEqual ? .higherPriorityRoute : .moreSpecificRoute, last.component,
                "the route to \(loser.block) by \(target) is not used: the one to \(winner.destination) by "
                    + "\(winner.target.name) \(isEqual ? "comes before it" : "is more specific")",
                origin: loser.route?.origin)
        }
    }

    private func unanswerable(_ flow: Flow) -> Analysis {
        let component = Component.internet
        let hop = Hop(
            component,
            explanations: [
                Explanation(
                    .noSourceOrDestination, component,
                    start(of: flow.source) == nil
                        ? "the lab holds no \(flow.source.words)" : "the lab holds no \(flow.destination.words)")
            ])
        let header = PacketHeader(
            from: IPv4Address(number: 0), to: IPv4Address(number: 0), flow.transport, sourcePorts: flow.sourcePorts)
        let path = Path(hops: [hop], boxes: [], disposition: .noRoute, start: header, end: header)
        return Analysis(flow: flow, forward: path, return: nil, alternatives: [])
    }
}
