import NetlabTesting
import Testing

extension RealLabs {
    /// The state folder tells netlab what to kill and to unlink: links and folders of others are refused.
    @Suite("Trust in the state folder") struct TrustTests {
        @Test("0700, whatever it was before")
        func mode() throws {
            let lines = try PrivateRun.lines(
                """
                umask 0
                mkdir -m 0777 /run/netlab
                "$N" up public-igw --name open >/dev/null
                stat -c '%a %U' /run/netlab /run/netlab/open
                find /run/netlab/open -perm /022 | wc -l
                "$N" down open
                """)
            #expect(lines == ["700 root", "700 root", "0", "open is down"])
        }

        @Test("the folder of all labs is a link: every command refuses, and nothing is written behind it")
        func rootLink() throws {
            let lines = try PrivateRun.lines(
                """
                mkdir -m 0700 "$T/elsewhere"
                ln -s "$T/elsewhere" /run/netlab
                say up "$N" up public-igw --name x
                why
                say down "$N" down x
                say prune "$N" prune
                ls -A "$T/elsewhere" | wc -l
                """)
            #expect(lines.count == 5, "\(lines)")
            #expect(lines[0] == "up 3 0")
            #expect(lines[1].contains("/run/netlab is not ours: a link, or somebody else's"))
            #expect(
                lines[2...].map { $0.split(separator: " ").prefix(2).joined(separator: " ") } == [
                    "down 0", "prune 3", "0",
                ])
        }

        @Test("a lab's folder, or a file in it, is a link: refused, and what it leads to stays")
        func links() throws {
            let lines = try PrivateRun.lines(
                """
                mkdir "$T/elsewhere"
                sleep 60 & victim=$!
                echo "$victim $(awk '{ print $22 }' /proc/$victim/stat)" >"$T/elsewhere/server"
                echo "netns other.web" >"$T/elsewhere/journal"
                mkdir -m 0700 /run/netlab
                ln -s "$T/elsewhere" /run/netlab/x
                for command in up\\ public-igw\\ --name down prune exec status; do
                    case $command in
                        prune) say prune "$N" prune ;;
                        exec) say exec "$N" exec x web -- true ;;
                        *) say "${command%% *}" "$N" $command x ;;
                    esac
                done
                rm /run/netlab/x
                "$N" up public-igw --name x >/dev/null
                rm /run/netlab/x/server
                ln -s "$T/elsewhere/server" /run/netlab/x/server
                say down "$N" down x
                why
                rm /run/netlab/x/server
                say down "$N" down x
                kill -0 $victim && echo alive
                ls "$T/elsewhere"
                kill $victim
                "$N" prune
                """)
            let statuses = lines.prefix(5).map { $0.split(separator: " ").prefix(2).joined(separator: " ") }
            #expect(statuses == ["up 3", "down 3", "prune 3", "exec 3", "status 3"], "\(lines)")
            #expect(lines[5] == "down 3 10 x")
            #expect(lines[6].contains("/run/netlab/x/server is not ours"))
            #expect(lines[7] == "down 0 0")
            #expect(lines[8...10] == ["alive", "journal", "server"])
            // Its server is not written down any more, but `down` knew it all the same: nothing is left to prune.
            #expect(lines.count == 11, "\(lines)")
        }

        @Test("a journal that names what is not the lab's takes nothing of others away")
        func forgedJournal() throws {
            let lines = try PrivateRun.lines(
                """
                "$N" up public-igw --name x >/dev/null
                ip netns add other.web
                ip netns add plain
                printf 'netns other.web\\nnetns plain\\nnetns ../../tmp\\nnetns x.../y\\n' >>/run/netlab/x/journal
                say down "$N" down x
                ls /run/netns
                ip netns delete other.web
                ip netns delete plain
                """)
            #expect(lines == ["down 0 2", "other.web", "plain"])
        }

        @Test(
            "garbage in a state file: no command crashes, and down leaves nothing",
            arguments: [
                "version", "journal", "server", "lab.yaml", "lab.path", "complete", "access.jsonl", "server.log",
            ])
        func garbage(file: String) throws {
            let lines = try PrivateRun.lines(
                """
                for garbage in 'head -c 300 /dev/urandom' 'printf "\\0\\0\\0"' true 'echo -1 -1' 'yes 1' 'echo 1 99999999999999999999'; do
                    "$N" up public-igw --name x >/dev/null || exit
                    sh -c "$garbage" 2>/dev/null | head -c 100000 >/run/netlab/x/\(file)
                    for command in 'status' 'list' 'status x --json' 'check x --only C10' 'exec x web -- true' 'prune --dry-run'; do
                        "$N" $command >/dev/null 2>&1
                        case $? in 0|1|2|3) ;; *) echo "$command $garbage: $?" ;; esac
                    done
                    "$N" down x >/dev/null 2>"$T/err" || { why; echo 0 >/run/netlab/x/version; "$N" down x >/dev/null; }
                    echo "$(names) $(state)$(pgrep -fc '[_]_serve x ')"
                done
                """, ownProcesses: true)
            // Only a format number beyond ours keeps `down` from its work, and says so.
            let others = lines.filter { !$0.contains("was brought up by a newer netlab") }
            #expect(others == [String](repeating: "0 0", count: 6), "\(lines)")
            #expect(file == "version" || others == lines, "\(lines)")
        }

        @Test("a state of another form is refused with a remedy", arguments: [0, 3, 99])
        func version(number: Int) throws {
            let lines = try PrivateRun.lines(
                """
                "$N" up public-igw --name x >/dev/null
                echo \(number) >/run/netlab/x/version
                for command in status check; do say $command "$N" $command x; done
                say exec "$N" exec x web -- true
                why
                say down "$N" down x
                echo 1 >/run/netlab/x/version 2>/dev/null
                "$N" down x >/dev/null 2>&1
                names
                """)
            try #require(lines.count == 6, "\(lines)")
            #expect(Array(lines.prefix(3)) == ["status 3 10 x", "check 3 10 x", "exec 3 10 x"])
            #expect(lines[3].contains("brought up by \(number == 0 ? "an older" : "a newer") netlab"))
            #expect(lines[3].contains(number == 0 ? "netlab down x, then up again" : "take the lab down with it"))
            // An older one is understood well enough to be undone.
            #expect(lines[4] == (number == 0 ? "down 0 0" : "down 3 10 x"))
            #expect(lines[5] == "0")
        }
    }
}
