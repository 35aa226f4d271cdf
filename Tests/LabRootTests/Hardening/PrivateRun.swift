import LinuxSystem
import NetlabTesting

/// A shell with an empty `/run` of its own: for tests that break what all labs of a machine share.
///
/// In the script `$N` is the program under test, and `say WORD COMMAND…` runs a command quietly and prints
/// `WORD STATUS NAMESPACES STATE`, where STATE is what lies in the state folder. Its errors are in `$T/err`.
enum PrivateRun {
    private static let prelude = """
        set -u
        mount -t tmpfs none /run && mkdir -m 0755 /run/lock
        T=$(mktemp -d) || exit 99
        trap 'rm -rf "$T"' EXIT
        state() { ls -A /run/netlab 2>/dev/null | grep -v '^[.]made-run-netns$' | tr '\\n' ' '; }
        names() { ls /run/netns 2>/dev/null | wc -l; }
        say() {
            word=$1; shift
            "$@" >"$T/out" 2>"$T/err"
            echo "$word $? $(names) $(state)"
        }
        why() { tr '\\n' ' ' <"$T/err"; echo; }

        """

    /// The lines the script printed.
    ///
    /// - Parameter ownProcesses: Whether it is to see no process but its own.
    static func lines(
        _ script: String, ownProcesses: Bool = false, within limit: Duration = .seconds(120)
    ) throws -> [String] {
        let program = try TestShare.program()
        let apart = ["unshare", "--mount"] + (ownProcesses ? ["--pid", "--fork", "--mount-proc"] : [])
        let end = try RunningCommand.start(
            apart + ["sh", "-c", "N=\(program.path)\n" + prelude + script],
            environment: program.environment
        ).wait(within: limit)
        return try end.output().split(separator: "\n").map { line in
            line.split(separator: " ").joined(separator: " ")
        }
    }
}
