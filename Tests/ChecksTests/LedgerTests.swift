import Testing

@testable import Checks

@Suite("What rules counted during a phase")
struct LedgerTests {
    @Test("the difference of the two readings")
    func difference() {
        let ledger = Ledger(counted: [("sg web ingress", "vpc", 7)], before: [("sg web ingress", "vpc", 3)])
        #expect(ledger.dropped(by: "sg web") == 4)
        #expect(ledger.rules(of: "sg web").map(\.packets) == [4])
    }

    @Test("a ruleset loaded anew meanwhile counts from nothing, and ends nobody")
    func restarted() {
        let ledger = Ledger(counted: [("sg web ingress", "vpc", 2)], before: [("sg web ingress", "vpc", 9)])
        #expect(ledger.dropped(by: "sg web") == 2)
        #expect(ledger.rules(of: "sg web").map(\.packets) == [2])
    }
}
