import Glibc
import LinuxSystem
import NetlabTesting
import Testing

/// What `up` costs the kernel, without a clock: system calls and netlink messages, as the debug build counts them.
///
/// A machine may be slow; these numbers may not grow unnoticed. Who makes `up` cheaper lowers the bounds.
@Suite(.requiresRoot)
struct UpCostTests {
    private static let prefix = "nlt-\(getpid())-cost"

    struct Cost: Equatable {
        var calls: Int
        var messages: Int

        static func - (left: Cost, right: Cost) -> Cost {
            Cost(calls: left.calls - right.calls, messages: left.messages - right.messages)
        }
    }

    @Test func networkOfPrivateNAT() throws {
        let cost = try Self.cost(of: ["up", "private-nat", "--no-services", "--name", "\(Self.prefix)-nat"])
        // The last 15: how many of the namespaces stood ready when they were wanted, and had to be entered.
        #expect(cost.calls <= 276 + 15, "system calls: \(cost)")
        #expect(cost.messages <= 398, "netlink messages: \(cost)")
    }

    @Test func takingItDown() throws {
        let name = "\(Self.prefix)-down"
        _ = try NetlabProgram().run(["up", "private-nat", "--no-services", "--name", name]).output()
        // Two for each of 15 names, and what is asked once.
        let cost = try Self.count(["down", name])
        #expect(cost.calls <= 60, "system calls: \(cost)")
        #expect(cost.messages == 0, "links are never deleted one by one: \(cost)")
    }

    @Test func askingHowItIs() throws {
        let name = "\(Self.prefix)-status"
        _ = try NetlabProgram().run(["up", "private-nat", "--name", name]).output()
        let cost = try Self.count(["status", name])
        _ = try NetlabProgram().run(["down", name]).output()
        // Each of 15 namespaces is entered once; no table of all connections of the machine is read.
        #expect(cost.calls <= 405, "system calls: \(cost)")
        #expect(cost.messages == 0, "looking changes nothing: \(cost)")
    }

    @Test("every instance costs the same, in a small lab and in a larger one")
    func growth() throws {
        let costs = try [10, 20, 40].map { count in
            let file = "/tmp/\(Self.prefix)-\(count).yaml"
            try Files.write(Self.lab(instances: count), to: file)
            defer { unlink(file) }
            return try Self.cost(of: ["up", file, "--no-services", "--name", "\(Self.prefix)-\(count)"])
        }
        let (first, second) = (costs[1] - costs[0], costs[2] - costs[1])
        #expect(second.messages == 2 * first.messages, "\(costs)")
        // Waiting for links and reading lists in parts may take a call more or less, and up to 16 namespaces may stand
        // ready in any of them.
        #expect(abs(second.calls - 2 * first.calls) <= 40, "\(costs)")
    }

    /// One VPC, one subnet, one group for all.
    private static func lab(instances: Int) -> String {
        let nodes = (0..<instances).map {
            "  i\($0): { subnet: a, address: 10.0.0.\($0 + 10), security-groups: [all] }\n"
        }
        return """
            lab: growth
            vpc: { cidr: 10.0.0.0/16, zones: [a] }
            internet-gateway: igw
            subnets:
              a: { cidr: 10.0.0.0/24, zone: a, routes: { 0.0.0.0/0: igw } }
            security-groups:
              all: { ingress: [{ tcp: 1-65535, from: 10.0.0.0/16 }] }
            instances:

            """ + nodes.joined()
    }

    /// Counts an `up`, then takes the lab down.
    private static func cost(of command: [String]) throws -> Cost {
        let cost = try count(command)
        _ = try NetlabProgram().run(["down", command.last ?? ""]).output()
        return cost
    }

    private static func count(_ command: [String]) throws -> Cost {
        let run = try NetlabProgram().run(command, environment: ["NETLAB_FAULT": "count"])
        func number(_ label: String) throws -> Int {
            let line = run.stderr.split(separator: "\n").last { $0.hasPrefix("\(label): ") }
            return try #require(
                line.flatMap { Int($0.dropFirst(label.count + 2)) }, "no debug build, or it did not count: \(run)")
        }
        return Cost(calls: try number("system calls"), messages: try number("netlink messages"))
    }
}
