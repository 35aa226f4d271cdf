import Foundation
import NetlabTesting
import Testing

extension RealLabs {
    @Suite("prune") struct PruneTests {
        @Test("healthy labs and strangers' namespaces stay; there is nothing to prune")
        func healthy() throws {
            let lines = try PrivateRun.lines(
                """
                ip netns add mine
                "$N" up public-igw --name well >/dev/null
                say prune "$N" prune
                why
                "$N" check well --only C10 >/dev/null; echo "check $?"
                "$N" down well; ip netns delete mine
                """)
            #expect(lines == ["prune 0 11 well", "there is nothing to prune", "check 0", "well is down"])
        }

        @Test("a lab whose background process was killed goes, and only that one")
        func killedServer() throws {
            let lines = try PrivateRun.lines(
                """
                "$N" up public-igw --name dead >/dev/null
                "$N" up public-igw --name well >/dev/null
                kill -9 $(cut -d ' ' -f 1 /run/netlab/dead/server)
                ip netns add dead.stranger
                say dry "$N" prune --dry-run
                cat "$T/out"
                say prune "$N" prune
                cat "$T/out"
                "$N" check well --only C10 >/dev/null; echo "check $?"
                "$N" down well; ip netns delete dead.stranger; ls /run
                """)
            #expect(
                lines == [
                    "dry 0 21 dead well", "would remove lab dead: its background process is gone",
                    "kept namespace dead.stranger: nothing in it shows that netlab made it", "prune 0 11 well",
                    "removed lab dead: its background process is gone",
                    "kept namespace dead.stranger: nothing in it shows that netlab made it", "check 0", "well is down",
                    "lock", "netlab", "netns",
                ] || lines.suffix(1) == ["lock"], "\(lines)")
            #expect(lines.prefix(7).last == "check 0", "\(lines)")
        }

        @Test("up and down, killed at many points: prune ends with nothing left", arguments: ["up", "down"])
        func killed(command: String) throws {
            let words = command == "up" ? "up public-igw --name k" : "down k"
            let lines = try PrivateRun.lines(
                """
                for call in $(seq 1 \(command == "up" ? 19 : 3) 900); do
                    [ \(command) = up ] || "$N" up public-igw --name k >/dev/null
                    NETLAB_FAULT=kill:$call "$N" \(words) >/dev/null 2>&1
                    killed=$?
                    "$N" prune >/dev/null 2>"$T/err" || why
                    echo "$killed $(names) $(state)$(pgrep -fc '[_]_serve k ')"
                    "$N" down k >/dev/null 2>&1
                    [ $killed = 137 ] || exit 0
                done
                """, ownProcesses: true, within: .seconds(240))
            #expect(lines.count >= 10, "\(lines)")
            // A `down` that was killed before it did anything leaves a healthy lab, and that is not for prune.
            let healthy = lines.prefix { command == "down" && $0 == "137 10 k 1" }
            #expect(healthy.count <= 8)
            #expect(Set(lines.dropFirst(healthy.count).dropLast()) == ["137 0 0"], "\(lines)")
            #expect(lines.last == (command == "up" ? "0 10 k 1" : "0 0 0"))
        }

        @Test("the state folder was deleted by hand: its process and its namespaces are recognised")
        func stateGone() throws {
            let lines = try PrivateRun.lines(
                """
                "$N" up public-igw --name lost >/dev/null
                rm -r /run/netlab/lost
                say dry "$N" prune --dry-run
                say prune "$N" prune --json
                cat "$T/out"
                """)
            #expect(lines.prefix(2) == ["dry 0 10", "prune 0 0"], "\(lines)")
            struct Account: Decodable {
                struct Finding: Decodable { let kind, name, action, why: String }
                let dryRun: Bool
                let findings: [Finding]
            }
            let account = try JSONDecoder().decode(
                Account.self, from: Data(lines.dropFirst(2).joined(separator: "\n").utf8))
            #expect(!account.dryRun && account.findings.allSatisfy { $0.action == "removed" })
            #expect(account.findings.map(\.kind) == ["process"] + [String](repeating: "namespace", count: 10))
        }

        @Test("a lab that another command is working on is left alone")
        func busy() throws {
            let lines = try PrivateRun.lines(
                """
                mkdir -m 0700 /run/netlab /run/netlab/busy
                exec 7>/run/netlab/.busy.lock
                flock 7
                for flag in '' --dry-run; do
                    say prune "$N" prune $flag
                    cat "$T/out"
                done
                flock -u 7
                exec 7>&-
                "$N" prune
                touch /run/netlab/.old.lock 2>/dev/null || { mkdir -m 0700 /run/netlab; touch /run/netlab/.old.lock; }
                "$N" prune
                """)
            let kept = "kept lab busy: another command is at work on it"
            #expect(
                lines == [
                    "prune 0 0 .busy.lock busy", kept, "prune 0 0 .busy.lock busy", kept,
                    "removed lab busy: it was never finished", "removed lock old: nobody holds it",
                ])
        }

        @Test("a process that only looks like a lab's is not touched")
        func lookalike() throws {
            let lines = try PrivateRun.lines(
                """
                cp /bin/sleep "$T/netlab"
                bash -c 'exec -a netlab bash -c "sleep 30; :" __serve gone' & one=$!
                "$T/netlab" 30 & two=$!
                say prune "$N" prune
                kill -0 $one && kill -0 $two && echo alive
                kill $one $two
                """)
            #expect(lines == ["prune 0 0", "alive"])
        }
    }
}
