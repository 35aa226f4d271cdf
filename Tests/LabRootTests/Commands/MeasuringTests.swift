import Foundation
import LinuxSystem
import NetlabTesting
import Testing

extension RealLabs {
    /// `bandwidth`, `probe --tls` and what shells propose, by the program itself.
    @Suite("Measuring and asking") struct MeasuringTests {
        @Test("bandwidth: a table, JSON and a picture of the same ways")
        func bandwidth() async throws {
            try await withLab("bandwidth") { lab throws in
                let picture = "/tmp/\(lab.name).svg"
                defer { unlink(picture) }
                let end = try lab.program.run(
                    ["bandwidth", lab.name, "meter", "public", "private", "--rounds", "1", "--json", "--svg", picture])
                #expect(end.status == 0, "\(end)")
                let object = try #require(
                    try JSONSerialization.jsonObject(with: Data(end.stdout.utf8)) as? [String: Any])
                let ways = try #require(object["ways"] as? [[String: Any]])
                #expect(ways.map { $0["from"] as? String } == ["public", "private"])
                #expect(
                    ways.map { $0["hops"] as? [String] } == [["internet", "meter"], ["nat-a", "internet", "meter"]])
                #expect(ways.allSatisfy { $0["bitsPerSecond"] as? Double ?? 0 > 0 })
                #expect(ways.first?["throughputRatio"] as? Double == 1)
                let svg = try Files.read(picture)
                #expect(XMLCount.of("rect", in: svg) == 5 && svg.hasPrefix("<svg "), "\(svg)")

                let text = try lab.program.run(["bandwidth", lab.name, "meter", "public", "private", "--rounds", "1"])
                #expect(text.stdout.contains("nat-a → internet → meter"), "\(text)")
            }
        }

        @Test("bandwidth: a closed way is 1, a host that measures nothing is 2")
        func closed() async throws {
            try await withLab("bandwidth") { lab throws in
                let closed = try lab.program.run(["bandwidth", lab.name, "meter", "public", "sealed"])
                #expect(closed.status == 1 && closed.stderr.contains("sealed"), "\(closed)")
                let wrong = try lab.program.run(["bandwidth", lab.name, "resolver", "public", "private"])
                #expect(wrong.status == 2 && wrong.stderr.contains("serves no iperf3"), "\(wrong)")
                #expect(try lab.program.run(["bandwidth", lab.name, "meter", "public"]).status == 2)
            }
        }

        @Test("probe counts at the address it goes to, and behind the sender's own translation")
        func counts() async throws {
            try await withLab("alb-private") { lab throws in
                for _ in 1...4 {
                    let end = try lab.program.run([
                        "probe", lab.name, "user", "web.elb.lab.internal:80", "--http", "--json",
                    ])
                    let story = try JSON(end)
                    #expect((story["sent"] as? Int ?? 0) > 0 && (story["arrived"] as? Int ?? 0) > 0, "\(end)")
                    let receiver = end.stdout.contains("203.0.113.31") ? "web-a" : "web-b"
                    #expect(story["receiver"] as? String == receiver, "\(end)")
                }
                // No answer comes to what a NAT gateway begins; but its packets do leave.
                let gateway = try lab.program.run(["probe", lab.name, "nat-a", "echo:80"])
                #expect(gateway.status == 1 && gateway.stdout.contains(" packets left)"), "\(gateway)")
                #expect(!gateway.stdout.contains("(0 packets left)"), "\(gateway)")
            }
        }

        @Test("probe --tls: whose certificate, and whether it holds")
        func tls() async throws {
            try await withLab("docker-pull") { lab throws in
                let good = try lab.program.run(["probe", lab.name, "host", "registry.example", "--tls"])
                #expect(good.status == 0, "\(good)")
                for words in [
                    "certificate of O = netlab, CN = registry.example",
                    "issued by O = netlab, CN = netlab lab authority",
                    "verified", "seen from nat-a 203.0.113.11:",
                ] { #expect(good.stdout.contains(words), "\(good)") }
                let other = try lab.program.run(["probe", lab.name, "host", "resolver.example", "--tls"])
                #expect(other.status == 1 && other.stdout.contains("Connection refused"), "\(other)")
                // The same server by a name that its certificate does not have.
                try lab.nft("registry", "table ip t { chain c { type nat hook prerouting priority -100; }; }")
                try lab.nft("host", "table ip t { chain c { type nat hook output priority -100; }; }")
                try lab.nft("host", "add rule ip t c ip daddr 198.51.100.53 tcp dport 443 dnat to 198.51.100.20")
                let wrong = try lab.program.run(["probe", lab.name, "host", "resolver.example", "--tls"])
                #expect(wrong.status == 1, "\(wrong)")
                #expect(
                    wrong.stdout.contains("does NOT hold") && wrong.stdout.contains("hostname mismatch"), "\(wrong)")
            }
        }

        @Test("bash proposes running labs and their nodes")
        func completion() async throws {
            try await withLab(text: TinyLab.text) { lab throws in
                let script = try lab.program.run("--generate-completion-script", "bash").output()
                let path = "/tmp/\(lab.name).bash"
                try Files.write(script, to: path)
                defer { unlink(path) }
                func proposals(_ words: String...) throws -> [String] {
                    let list = words.map { "'\($0)'" }.joined(separator: " ")
                    let line = """
                        PATH=$(dirname \(lab.program.path)):$PATH
                        . \(path)
                        COMP_WORDS=(\(list)) COMP_CWORD=\(words.count - 1) COMP_LINE="${COMP_WORDS[*]}"
                        COMP_POINT=${#COMP_LINE} COMP_TYPE=9 COMP_KEY=9
                        _netlab netlab "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
                        printf '%s\\n' "${COMPREPLY[@]}"
                        """
                    let end = try RunningCommand.start(["bash", "-c", line], environment: lab.program.environment)
                        .wait(within: .seconds(20))
                    return end.stdout.split(separator: "\n").map { String($0).trimmingCharacters(in: .whitespaces) }
                }
                #expect(try proposals("netlab", "exec", "nlt-").contains(lab.name))
                #expect(try proposals("netlab", "exec", lab.name, "").contains("web"))
                #expect(try proposals("netlab", "exec", lab.name, "o") == ["other"])
                #expect(try proposals("netlab", "test", "priv") == ["private-nat"])
            }
        }
    }
}

/// How many elements of a kind a text has.
private enum XMLCount {
    static func of(_ name: String, in text: String) -> Int { text.components(separatedBy: "<\(name) ").count - 1 }
}
