import CloudModel
import IPAddressing
import Probes
import Testing

@testable import Checks

/// Evidence against expectation, point by point: when it holds, and each way in which it does not.
@Suite struct JudgeTests {
    private static let answered = Observation.of { $0.succeeded = true }

    @Test func anAnswerThatWasWanted() throws {
        var item = Case(Expected(succeeds: true))
        #expect(try !item.holds())
        item.observation = Self.answered
        #expect(try item.holds())
        item.expect = Expected(succeeds: false)
        #expect(try !item.holds())
    }

    @Test func statusAndValue() throws {
        var item = Case(Expected(status: 200, value: "203.0.113.20"))
        #expect(try !item.holds())
        item.observation?.status = 200
        #expect(try !item.holds())
        item.observation?.values = ["203.0.113.2", "203.0.113.200"]
        #expect(try !item.holds())
        item.observation?.values.append("203.0.113.20")
        #expect(try item.holds())
        item.observation?.status = 404
        #expect(try !item.holds())
    }

    @Test func silenceIsNotMereFailure() throws {
        var item = Case(Expected(silent: true))
        #expect(try !item.holds())
        item.observation?.isSilent = true
        #expect(try item.holds())
    }

    @Test func openMeansExactlyThese() throws {
        var item = Case(Expected(open: [Endpoint(host: "web", port: 443)]))
        item.sender = "user"
        item.observation?.open = [end("203.0.113.20:443")]
        #expect(try item.holds())
        for other in [[], ["203.0.113.20:80"], ["203.0.113.20:443", "203.0.113.11:22"], ["10.0.0.10:443"]] {
            item.observation?.open = other.map(end)
            #expect(try !item.holds(), "\(other)")
        }
        // From inside, the same name is the private address.
        item.sender = "app"
        item.observation?.open = [end("10.0.0.10:443")]
        #expect(try item.holds())
        // A name that means nothing is not "nothing open".
        item.expect = Expected(open: [Endpoint(host: "ghost", port: 443)])
        item.observation?.open = []
        #expect(try !item.holds())
        item.expect = Expected(open: [])
        #expect(try item.holds())
    }

    @Test func neverReachesNamesWhatCame() throws {
        let item = Case(Expected(neverReaches: ["app"]))
        #expect(try item.holds())
        let packet = try Sighting.syn("198.51.100.70:4000", "10.0.1.10:22")
        let findings = try item.with { $0.strays = [("app", packet)] }.findings()
        #expect(findings.map(\.holds) == [false])
        #expect(
            findings.first?.text.contains("1 packets reached app, the first: in TCP 198.51.100.70:4000 > 10.0.1.10:22")
                == true)
    }

    @Test func hopsByName() throws {
        var item = Case(Expected(hops: ["nat-a", "*", "echo"]))
        item.observation?.hops = [IPv4Address(10, 0, 0, 4), nil, IPv4Address(198, 51, 100, 40)]
        #expect(try item.holds())
        item.observation?.hops.removeFirst()
        #expect(try !item.holds())
    }

    @Test func onlyPrivateNeedsAnAddressToJudge() throws {
        let cases: [(addresses: [IPv4Address], isPrivate: Bool, isPublic: Bool)] = [
            ([], false, false), ([IPv4Address(10, 0, 1, 10)], true, false),
            ([IPv4Address(203, 0, 113, 20)], false, true),
            ([IPv4Address(10, 0, 1, 10), IPv4Address(203, 0, 113, 20)], false, true),
            // Private by RFC 1918, but of no VPC here.
            ([IPv4Address(192, 168, 0, 1)], false, true),
        ]
        for (addresses, isPrivate, isPublic) in cases {
            for (wanted, result) in [(true, isPrivate), (false, isPublic)] {
                var item = Case(Expected(onlyPrivate: wanted))
                item.observation?.addresses = addresses
                #expect(try item.holds() == result, "\(addresses) \(wanted)")
            }
        }
    }

    @Test func aCaptureThatLostPacketsProvesNothing() throws {
        let item = Case(Expected(neverReaches: ["app"])).with { $0.captureLost = 3 }
        #expect(try !item.holds())
        #expect(try item.findings().contains { $0.text == "the capture lost 3 packets and proves nothing" })
    }

    @Test func nothingExpectedIsAFailure() throws {
        let item = Case(Expected()).with { $0.observation = Self.answered }
        #expect(try item.findings().isEmpty)
        #expect(try item.result().failures == ["nothing was expected of it"])
    }

    @Test func aProbeThatCouldNotRunIsNoFailure() throws {
        let item = Case(Expected(succeeds: false)).with {
            $0.observation = nil
            $0.error = "app could not resolve ghost"
        }
        let result = try item.result()
        #expect(result.failures.isEmpty && result.findings.isEmpty)
        #expect(result.error == "app could not resolve ghost")
    }
}

/// The rule that stops packets must account for all of them.
@Suite struct AccountingTests {
    private let item = Case(Expected(stoppedBy: "igw: private destination")).with {
        $0.sent = 100
        $0.counted = [("igw: private destination", "igw", 100)]
    }

    @Test func everyPacketIsCounted() throws {
        #expect(try item.holds())
        #expect(
            try item.findings().map(\.text) == [
                "100 packets of app went unanswered", "igw: private destination at igw counted 100",
            ])
    }

    @Test func oneMissingPacketIsAHole() throws {
        #expect(try !item.with { $0.counted = [("igw: private destination", "igw", 99)] }.holds())
    }

    @Test func nothingSentProvesNothing() throws {
        #expect(try !item.with { $0.sent = 0 }.holds())
        let nothing = item.with {
            $0.sent = 0
            $0.counted = []
        }
        #expect(try !nothing.holds())
    }

    @Test func anotherRuleDoesNotCount() throws {
        let other = item.with { $0.counted = [("igw: no public address", "igw", 100)] }
        #expect(try !other.holds())
        #expect(try other.findings().last?.text == "igw: private destination counted nothing")
    }

    @Test func fellowProbesOfOneRuleAreSummed() throws {
        let two = item.with { $0.claimed = ["igw: private destination": 150] }
        #expect(try !two.holds())
        let whole = two.with { $0.counted = [("igw: private destination", "igw", 150)] }
        #expect(try whole.holds())
        #expect(
            try whole.findings().last?.text.hasSuffix("counted 150 of 150 sent by this and its fellow probes") == true)
    }

    @Test func rulesOfOneOwnerAtSeveralNodesAreSummed() throws {
        let parts = item.with {
            $0.counted = [("igw: private destination", "igw", 60), ("igw: private destination", "igw-2", 40)]
        }
        #expect(try parts.holds())
    }

    @Test func aRefusalMeansThatAPacketGotThrough() throws {
        #expect(try !item.with { $0.observation?.refusals = 1 }.holds())
    }
}

/// Whom the other end saw.
@Suite struct SeenFromTests {
    /// `app` reaches `echo` through `nat-a`.
    private func throughNAT(_ source: String = "203.0.113.11:2000") throws -> Case {
        let arrived = try Sighting.syn(source, "198.51.100.40:80")
        return Case(Expected(seenFrom: "nat-a")).with {
            $0.receiver = "echo"
            $0.arrived = [arrived]
            $0.observation = .of {
                $0.succeeded = true
                $0.protocolNumber = 6
                $0.target = end("198.51.100.40:80")
                $0.locals = [end("10.0.1.10:5000")]
                $0.seenFrom = [end(source)]
            }
        }
    }

    @Test func theElasticIP() throws {
        #expect(try throughNAT().holds())
        #expect(try throughNAT().findings().first?.text == "echo saw nat-a 203.0.113.11:2000")
        #expect(try !throughNAT("203.0.113.20:2000").holds())
        #expect(try !throughNAT("10.0.1.10:5000").holds())
    }

    @Test func everyRequestCounts() throws {
        let second = try Sighting.syn("203.0.113.20:2001", "198.51.100.40:80")
        let mixed = try throughNAT().with {
            $0.observation?.seenFrom.append(end("203.0.113.20:2001"))
            $0.arrived.append(second)
        }
        #expect(try !mixed.holds())
    }

    @Test func theServersWordMustBeBackedByItsInterface() throws {
        let claimed = try throughNAT().with { $0.arrived = [] }
        #expect(try !claimed.holds())
        #expect(try claimed.findings().contains { $0.text.contains("its interface did not see it") })
    }

    @Test func nobodySawAnything() throws {
        let nothing = try throughNAT().with {
            $0.arrived = []
            $0.observation?.seenFrom = []
        }
        #expect(try nothing.findings().map(\.text) == ["the other end saw no source at all"])
        #expect(try !nothing.holds())
    }

    @Test func aNodeSeenFromWithinItsVPCIsItsPrivateAddress() throws {
        let arrived = try Sighting.syn("10.0.0.10:2000", "10.0.1.10:8080")
        let inside = try throughNAT().with {
            $0.sender = "web"
            $0.expect = Expected(seenFrom: "web")
            $0.receiver = "app"
            $0.arrived = [arrived]
            $0.observation?.target = end("10.0.1.10:8080")
            $0.observation?.seenFrom = [end("10.0.0.10:2000")]
        }
        #expect(try inside.holds())
        #expect(try !inside.with { $0.expect = Expected(seenFrom: "203.0.113.20") }.holds())
        #expect(try inside.with { $0.expect = Expected(seenFrom: "10.0.0.10") }.holds())
    }

    /// Two nodes ping one host at the same time; each must be judged by its own requests.
    @Test func pingsAreToldApartByIdentifier() throws {
        let echo = IPv4Address(198, 51, 100, 40)
        let own = try Sighting.echo(IPv4Address(203, 0, 113, 20), echo, id: 7)
        let other = try Sighting.echo(IPv4Address(203, 0, 113, 30), echo, id: 8)
        let item = Case(Expected(seenFrom: "web")).with {
            $0.sender = "web"
            $0.probe = .ping(to: Endpoint(host: "echo"))
            $0.receiver = "echo"
            $0.arrived = [other, own]
            $0.echoIdentifiers = [7]
            $0.observation = .of {
                $0.succeeded = true
                $0.protocolNumber = 1
                $0.target = SocketAddress(address: echo, port: 0)
                $0.locals = [end("10.0.0.10:0")]
            }
        }
        #expect(try item.holds())
        #expect(try !item.with { $0.echoIdentifiers = [8] }.holds())
        #expect(try !item.with { $0.echoIdentifiers = [] }.holds())
    }
}

extension JudgeTests {
    @Test func flowsHavePortsOfTheirOwn() throws {
        var item = Case(Expected(flows: 2))
        item.receiver = "echo"
        item.observation = .of {
            $0.succeeded = true
            $0.seenFrom = [end("203.0.113.11:2000"), end("203.0.113.11:2000")]
        }
        #expect(try !item.holds())
        item.observation?.seenFrom.append(end("203.0.113.11:2001"))
        #expect(try item.holds())
    }

    @Test func aResetIsOneOnlyIfItCame() throws {
        var item = Case(Expected(reset: true))
        item.observation = .of { $0.isReset = true }
        #expect(try !item.holds(), "no packet was seen")
        item.resets = 1
        #expect(try item.holds())
        item.observation = .of { $0.isReset = false }
        #expect(try !item.holds())
        item.expect = Expected(reset: false)
        #expect(try item.holds(), "somebody else's reset is not this one's")
    }

    @Test func asPredictedNeedsAPrediction() throws {
        var item = Case(Expected(asPredicted: true))
        #expect(try !item.holds())
        item.observation?.disagreements = []
        #expect(try item.holds())
        item.observation?.disagreements = ["app → db 5432: predicted reachable, seen: nothing"]
        #expect(try !item.holds())
        #expect(try item.findings().first?.text.contains("seen: nothing") == true)
    }
}
