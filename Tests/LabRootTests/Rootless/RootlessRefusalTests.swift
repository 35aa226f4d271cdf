import Foundation
import Glibc
import LinuxSystem
import NetlabTesting
import Testing

extension RealLabs {
    /// A machine that forbids labs without root: the knob is named, by `up` and by `doctor`.
    @Suite("Refused without root") struct RootlessRefusalTests {
        @Test("a limit of namespaces", arguments: ["user", "mnt", "net"])
        func limit(kind: String) throws {
            let user = try OrdinaryUser()
            // The limits belong to a user namespace: in one of their own users can set them to what they like.
            let line = """
                exec unshare --user --map-current-user --keep-caps sh -c '
                    echo 0 > /proc/sys/user/max_\(kind)_namespaces
                    exec setpriv --ambient-caps=-all --inh-caps=-all sh -c "\\"$netlab\\" up public-igw; echo up: \\$?
                        \\"$netlab\\" doctor --json; echo doctor: \\$?"'
                """
            let end = try user.shell(line)
            let knob = "user.max_\(kind)_namespaces is 0"
            #expect(end.stderr.contains("netlab: labs without root do not work here: \(knob)"), "\(end)")
            #expect(end.stderr.contains("hint: sudo sysctl -w user.max_\(kind)_namespaces=10000"), "\(end)")
            #expect(end.stdout.hasPrefix("up: 3\n") && end.stdout.hasSuffix("doctor: 3\n"), "\(end)")
            #expect(end.stdout.contains("labs without root do not work here: \(knob)"), "\(end)")
            #expect(try user.traces() == [])
        }

        @Test("a refusal that no setting explains")
        func unexplained() throws {
            // In a chroot the kernel refuses user namespaces (unshare(2), EPERM).
            let program = try ReadableProgram.made.get()
            let place = "/tmp/nlt-\(getpid())-chroot"
            try Files.makeFolder(place)
            defer { rmdir(place) }
            let line =
                "mount --rbind / \(place) && exec chroot --userspec=65534:65534 \(place) \"$0\" up public-igw"
            let end = try RunningCommand.start(
                ["unshare", "--mount", "sh", "-c", line, program.path], environment: program.environment
            ).wait(within: .seconds(20))
            #expect(end.status == 3, "\(end)")
            #expect(end.stderr.contains("a security module or a chroot forbids it"), "\(end)")
            #expect(end.stderr.contains("unshare CLONE_NEWUSER: Operation not permitted"), "\(end)")
        }

        @Test("doctor tries it for root too, and says so to everybody")
        func doctor() throws {
            for end in [try TestShare.program().run("doctor"), try OrdinaryUser().run("doctor")] {
                #expect(end.succeeded && end.stdout.contains("ok       without root\n"), "\(end)")
            }
        }
    }
}
