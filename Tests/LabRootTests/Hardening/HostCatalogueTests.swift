import NetlabTesting
import Testing

extension RealLabs {
    /// The host before, during and after each lab we ship: network, settings, mounts, processes, open files, modules.
    ///
    /// In a pid and a mount namespace of its own, so that every process and every mount in sight is the test's or the
    /// lab's; the network is the host's own.
    @Suite("The host") struct HostCatalogueTests {
        private static let dump = """
            dump() {
                echo '# links';      ip -d -o link | sed 's/ [0-9]*sec//g'
                echo '# addresses';  ip -o addr | sed 's/ [0-9]*sec//g'
                echo '# routes';     ip route show table all; ip -6 route show table all | sed 's/ expires [0-9]*sec//'
                echo '# rules';      ip rule; ip -6 rule
                echo '# nftables';   nft --stateless list ruleset
                echo '# namespace';  readlink /proc/self/ns/net /proc/self/ns/uts /proc/self/ns/ipc /proc/self/ns/user
                echo '# settings';   sysctl -a 2>/dev/null | grep '^net\\.' | grep -Ev 'conntrack_count|stable_secret|fastopen_key'
                echo '# limits';     cat /proc/sys/kernel/pid_max /proc/sys/fs/nr_open /proc/sys/user/max_net_namespaces
                echo '# mounts';     grep -v ' /run/netns' /proc/self/mountinfo
                echo '# modules';    cut -d ' ' -f 1 /proc/modules 2>/dev/null | sort
                echo '# files';      for fd in /proc/1/fd/*; do readlink $fd; done | grep -v "^$T/\\|^pipe:"
                echo '# names';      hostname; cat /etc/resolv.conf /etc/hosts
                echo '# processes'
                for stat in /proc/[0-9]*/stat; do
                    # Without those that only wait to be reaped, and without this very loop.
                    read -r pid name state parent rest <"$stat" 2>/dev/null || continue
                    [ "$state" = Z ] || [ "$pid" = $$ ] || [ "$parent" = $$ ] && [ "$name" != '(netlab)' ] && continue
                    echo "$name $(tr '\\0' ' ' </proc/$pid/cmdline 2>/dev/null)"
                done
            }

            """

        @Test("is the same before, during and after", arguments: shipped)
        func same(lab: String) throws {
            let lines = try PrivateRun.lines(
                Self.dump + """
                    dump >"$T/before"
                    "$N" up \(lab) --name host >/dev/null || exit
                    dump >"$T/during"
                    "$N" check host >"$T/report"; told=$?; echo "check $told"
                    [ $told = 0 ] || cat "$T/report"
                    dump >"$T/checked"
                    "$N" down host >/dev/null || exit
                    dump >"$T/after"
                    wc -l <"$T/before"
                    grep -c '^#' "$T/before"
                    for moment in during checked after; do
                        echo "$moment:"
                        diff "$T/before" "$T/$moment" | grep '^[<>]'
                    done
                    ls -A /run
                    """, ownProcesses: true)
            #expect(lines.first == "check 0", "\(lines)")
            #expect(lines.dropFirst().first.flatMap { Int($0) } ?? 0 > 100, "the dump is empty")
            #expect(lines.dropFirst(2).first == "13")
            let moments = lines.dropFirst(3).split { $0.hasSuffix(":") }.map { Array($0) }
            // While it is up there are its background process and what that one runs; nothing else is another.
            for moment in moments.prefix(2) {
                #expect(moment.contains { $0.hasPrefix("> (netlab) ") && $0.contains(" __serve host ") }, "\(moment)")
                for line in moment {
                    let ours = ["netlab", "dnsmasq", "nginx", "sshd", "iperf3"]
                    let isOurs = ours.contains { line.hasPrefix("> (\($0)) ") }
                    #expect(isOurs, "\(line)")
                }
            }
            #expect(moments.last == ["lock"], "\(moments)")
        }
    }
}
