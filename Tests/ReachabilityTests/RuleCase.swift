import CloudModel
import IPAddressing
import Reachability
import Testing

/// One thing that is changed in the cloud, one flow, and what must come of it.
struct RuleCase: CustomTestStringConvertible, Sendable {
    let name: String
    let source: Flow.Source
    let destination: Flow.Destination
    let transport: Transport
    /// `nil`: it gets there and back.
    let code: ExplanationCode?
    /// The component at which it ends.
    let component: String?
    /// The first packet arrives, and the answer is what is lost.
    let isLostOnReturn: Bool
    let change: @Sendable (inout Lab) -> Void

    var testDescription: String { name }

    init(
        _ name: String, _ source: String, _ destination: String, _ transport: Transport,
        _ code: ExplanationCode? = nil, at component: String? = nil, onReturn: Bool = false,
        _ change: @escaping @Sendable (inout Lab) -> Void = { _ in }
    ) {
        self.name = name
        self.source = .node(source)
        self.destination = IPv4Address(destination).map { .address($0) } ?? .node(destination)
        self.transport = transport
        self.code = code
        self.component = component
        isLostOnReturn = onReturn
        self.change = change
    }

    init(
        _ name: String, _ source: Flow.Source, _ destination: Flow.Destination, _ transport: Transport,
        _ code: ExplanationCode? = nil, at component: String? = nil,
        _ change: @escaping @Sendable (inout Lab) -> Void = { _ in }
    ) {
        self.name = name
        self.source = source
        self.destination = destination
        self.transport = transport
        self.code = code
        self.component = component
        isLostOnReturn = false
        self.change = change
    }

    init(
        _ name: String, _ source: String, _ destination: String, _ transport: Transport,
        _ change: @escaping @Sendable (inout Lab) -> Void
    ) {
        self.init(name, source, destination, transport, nil, change)
    }

    func check() {
        var lab = Cloud.lab
        change(&lab)
        let index = ReachabilityIndex(lab)
        let flow = Flow(from: source, to: destination, transport)
        let analysis = index.explain(flow)
        let story = analysis.explanations.map { "\($0.code.rawValue) at \($0.component): \($0.sentence)" }
        #expect(analysis.code == code, "\(story) \(analysis.forward.hops.map(\.component))")
        #expect(analysis.isReachable == (code == nil))
        #expect(analysis.isReachable == index.isReachable(flow), "the silent walk says the same")
        if let component { #expect(analysis.explanations.first?.component.id == component, "\(story)") }
        if isLostOnReturn { #expect(analysis.forward.isComplete && analysis.return?.isComplete == false) }
        if code != nil {
            #expect(analysis.explanations.allSatisfy { $0.sentence.count > 20 })
            #expect(analysis.forward.isComplete == isLostOnReturn)
        }
    }
}
