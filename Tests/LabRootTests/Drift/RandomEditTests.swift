import Foundation
import NetlabTesting
import Testing

extension RealLabs {
    /// From any lab to any other: afterwards nothing differs.
    @Suite("Random changes of a running lab") struct RandomEditTests {
        /// A lab as the sum of what was chosen for it; every choice is a small edit.
        private struct Choice {
            var instances: Set<Int> = [0, 1]
            var ports: [Int: Int] = [:]
            var extraSubnet = false
            var natRoute = true
            var blocks = ["0.0.0.0/0"]
            var reference = false
            var listens: Set<Int> = [0]
            var hosts = 1

            mutating func edit(_ random: inout some RandomNumberGenerator) {
                switch Int.random(in: 0..<9, using: &random) {
                case 0, 1:
                    let number = Int.random(in: 0..<6, using: &random)
                    if instances.count > 1, instances.contains(number) {
                        instances.remove(number)
                    } else {
                        instances.insert(number)
                    }
                case 2: ports[Int.random(in: 0..<6, using: &random)] = Int.random(in: 1...9, using: &random) * 100
                case 3: extraSubnet.toggle()
                case 4: natRoute.toggle()
                case 5:
                    blocks = Array(
                        ["0.0.0.0/0", "10.0.0.0/16", "198.51.100.0/24"].shuffled(using: &random).prefix(
                            Int.random(in: 1...3, using: &random)))
                case 6: reference.toggle()
                case 7: listens.formSymmetricDifference([Int.random(in: 0..<6, using: &random)])
                default: hosts = Int.random(in: 1...3, using: &random)
                }
            }

            var text: String {
                let rules =
                    blocks.map { "{ tcp: 443, from: \($0) }" }
                    + (reference ? ["{ icmp: echo-request, from: web }"] : [])
                var lines = [
                    "lab: random", "vpc: { cidr: 10.0.0.0/16, zones: [a] }", "internet-gateway: igw", "subnets:",
                    "  public-a: { cidr: 10.0.0.0/24, zone: a, routes: { 0.0.0.0/0: igw } }",
                ]
                if extraSubnet { lines.append("  extra-a: { cidr: 10.0.2.0/24, zone: a, routes: { 0.0.0.0/0: igw } }") }
                lines += [
                    "  private-a: { cidr: 10.0.1.0/24, zone: a, routes: { \(natRoute ? "0.0.0.0/0: nat-a" : "") } }",
                    "nat-gateways:", "  nat-a: { subnet: public-a, elastic-ip: 203.0.113.11 }", "security-groups:",
                    "  web: { ingress: [\(rules.joined(separator: ", "))] }",
                    "  app: { ingress: [{ tcp: \(ports[0] ?? 8080), from: 10.0.0.0/16 }] }", "instances:",
                ]
                for number in instances.sorted() {
                    let (subnet, block) = number % 2 == 0 ? ("public-a", 0) : ("private-a", 1)
                    let group = number % 3 == 0 ? "web" : "app"
                    let listen = listens.contains(number) ? ", listens: { http: \(ports[number] ?? 443) }" : ""
                    lines.append(
                        "  i\(number): { subnet: \(subnet), address: 10.0.\(block).\(20 + number), security-groups: [\(group)]\(listen) }"
                    )
                }
                lines.append("internet:")
                for number in 0..<hosts {
                    lines.append("  h\(number): { address: 198.51.100.\(70 + number), serves: [http] }")
                }
                return lines.joined(separator: "\n") + "\n"
            }
        }

        @Test("after each of 24 edits nothing differs, and status is clean", arguments: [UInt64(1), 2])
        func converges(seed: UInt64) async throws {
            var random = SplitMix(state: seed)
            var choice = Choice()
            try await withLab(text: choice.text) { lab throws in
                for step in 0..<12 {
                    for _ in 0..<Int.random(in: 1...3, using: &random) { choice.edit(&random) }
                    let change = try lab.change(to: choice.text)
                    #expect(change.status == 0, "seed \(seed) step \(step): \(change)\n\(choice.text)")
                    #expect(try lab.difference(from: choice.text) == [], "seed \(seed) step \(step)")
                    let status = try lab.program.run("status", lab.name)
                    #expect(status.status == 0, "seed \(seed) step \(step): \(status)")
                }
            }
        }
    }
}

/// A small generator with a seed, so that a failure can be had again.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }
}
