import Drift
import IPAddressing
import KernelObjects
import Testing

@Suite("Drift of links, addresses, routes, rules and settings")
struct ObjectDriftTests {
    @Test("a lab that is as planned has no difference")
    func clean() throws {
        let twin = try Twin()
        #expect(LabDifference(twin.plan, twin.survey).isEmpty)
        #expect(twin.lines.isEmpty)
    }

    @Test("what is missing is named with its object of the lab file")
    func missing() throws {
        var twin = try Twin()
        try twin.disturb("vpc") { live in
            live.objects.removeAll { $0.words == "default via 10.0.0.4 dev nat-a onlink table 103" }
            live.objects.removeAll { $0.noun == .neighbor && $0.device == "app" }
            live.objects.removeAll { $0.words.hasPrefix("pref 102 ") }
        }
        #expect(
            twin.lines == [
                "vpc: + neighbor 10.0.1.10 lladdr 0e:01:0a:00:01:0a dev app nud permanent [VPC router vpc]",
                "vpc: + rule pref 102 fwmark 0x10003 lookup 103 [route table rtb-private-a]",
                "vpc: + route default via 10.0.0.4 dev nat-a onlink table 103 [route table rtb-private-a]",
            ])
    }

    @Test("what is otherwise than planned is put in its place")
    func changed() throws {
        var twin = try Twin()
        try twin.disturb("app") { live in
            for index in live.links.indices where live.links[index].device.name == "eth0" {
                live.links[index].isUp = false
                live.links[index].mtu = 1500
            }
            for index in live.objects.indices where live.objects[index].words.hasPrefix("default via") {
                live.objects[index].words = "default via 10.0.1.99 dev eth0 onlink"
            }
        }
        let node = try #require(LabDifference(twin.plan, twin.survey).nodes.first)
        #expect(node.put.map(\.noun) == [.link, .route])
        #expect(node.remove.isEmpty)
        #expect(
            twin.lines == [
                "app: ~ link eth0 up mtu 9001 address 0e:01:0a:00:01:0a "
                    + "(was: eth0 down mtu 1500 address 0e:01:0a:00:01:0a) [instance app]",
                "app: ~ route default via 10.0.1.1 dev eth0 onlink "
                    + "(was: default via 10.0.1.99 dev eth0 onlink) [subnet private-a]",
            ])
    }

    @Test("what nobody planned goes; the kernel's own and what is on a user's own interface stay")
    func extra() throws {
        var twin = try Twin()
        try twin.disturb("app") { live in
            live.links.append(
                LiveLink(
                    device: Device(name: "mine", index: 9), kind: "dummy", mtu: 1500, mac: "", isUp: true, peer: nil))
            live.objects += [
                LiveObject(.address, key: "10.9.9.9/24 dev mine", words: "10.9.9.9/24 dev mine", device: "mine"),
                LiveObject(.address, key: "10.0.1.99/24 dev eth0", words: "10.0.1.99/24 dev eth0", device: "eth0"),
                LiveObject(.route, key: "10.9.9.0/24 table 254", words: "10.9.9.0/24 dev mine", isKernels: true),
                LiveObject(.route, key: "8.8.8.8/32 table 254", words: "8.8.8.8/32 dev mine", device: "mine"),
            ]
        }
        #expect(twin.lines == ["app: - address 10.0.1.99/24 dev eth0", "app: - route 8.8.8.8/32 dev mine"])
    }

    @Test("with an address comes the kernel's route to its subnet: it is told, and made only if it does not come")
    func connectedRoute() throws {
        var twin = try Twin()
        try twin.disturb("app") { live in
            live.objects.removeAll { $0.words.contains("10.0.1.") && $0.noun != .neighbor }
        }
        let both = try #require(LabDifference(twin.plan, twin.survey).nodes.first)
        #expect(both.differences.count == 3)
        #expect(both.put.map(\.words) == ["10.0.1.10/24 dev eth0", "default via 10.0.1.1 dev eth0 onlink"])

        var alone = try Twin()
        try alone.disturb("app") { live in live.objects.removeAll { $0.words.hasPrefix("10.0.1.0/24") } }
        let route = try #require(LabDifference(alone.plan, alone.survey).nodes.first)
        #expect(route.put.map(\.words) == ["10.0.1.0/24 dev eth0 src 10.0.1.10"])
    }

    @Test("a wire of which one end is gone is made anew, and what stands in its way goes first")
    func wire() throws {
        var twin = try Twin()
        try twin.disturb("app") { live in live.links.removeAll { $0.device.name == "eth0" } }
        let difference = LabDifference(twin.plan, twin.survey)
        #expect(difference.needsStructure)
        #expect(difference.newWires.map(\.far.node) == ["app"])
        #expect(difference.inTheWay.map { "\($0.node):\($0.device.name)" } == ["vpc:app"])
        #expect(twin.lines == ["vpc: + link app to app:eth0 [wire vpc -- app]"])
    }

    @Test("a namespace that is gone is one line, whatever was in it")
    func namespace() throws {
        var twin = try Twin()
        twin.survey.nodes["user"] = nil
        twin.survey.strangers = ["twin.old"]
        #expect(
            twin.lines == [
                "user: + namespace user [Internet host user]", "lab: - namespace twin.old",
                "internet: + link user to user:eth0 [wire internet -- user]",
            ])
    }

    @Test("a wire nobody planned goes at the end, when nothing leads there any more")
    func oldWire() throws {
        var twin = try Twin()
        try twin.disturb("vpc") { live in
            live.links.append(
                LiveLink(device: Device(name: "gone", index: 99), kind: "veth", mtu: 9001, mac: "", isUp: true, peer: 2)
            )
        }
        let difference = LabDifference(twin.plan, twin.survey)
        #expect(!difference.needsStructure && !difference.isEmpty)
        #expect(twin.lines == ["vpc: - link gone"])
    }
}
