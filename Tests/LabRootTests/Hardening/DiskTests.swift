import NetlabTesting
import Testing

extension RealLabs {
    /// The state folder's disk fills up, or may not be written any more.
    @Suite("A bad disk") struct DiskTests {
        /// Every size from nothing to enough: so the disk is full at every write there is.
        @Test("full at any moment: up says so, and leaves nothing", arguments: ["size=%dk", "nr_inodes=%d"])
        func full(option: String) throws {
            let step = option.hasPrefix("size") ? 4 : 1
            let lines = try PrivateRun.lines(
                """
                mkdir -m 0700 /run/netlab
                for number in $(seq \(step == 1 ? 2 : step) \(step) 200); do
                    mount -t tmpfs -o "mode=0700,$(printf '\(option)' $number)" none /run/netlab
                    say up "$N" up public-igw --name full
                    if grep -q 'is up' "$T/out"; then
                        say down "$N" down full
                        exit
                    fi
                    why
                    umount /run/netlab
                done
                """)
            #expect(lines.suffix(2) == ["up 0 10 full", "down 0 0"], "\(lines)")
            let failed = lines.dropLast(2)
            #expect(failed.count >= 10)
            for (index, line) in failed.enumerated() {
                if index % 2 == 0 {
                    #expect(line == "up 3 0")
                } else {
                    #expect(line.hasPrefix("netlab: ") && line.contains("No space left on device"), "\(line)")
                }
            }
        }

        @Test("full afterwards: a lab comes down all the same", arguments: ["size=200k", "nr_inodes=200"])
        func fullAfterwards(option: String) throws {
            let lines = try PrivateRun.lines(
                """
                mkdir -m 0700 /run/netlab
                mount -t tmpfs -o "mode=0700,\(option)" none /run/netlab
                say up "$N" up public-igw --name full
                # Something else eats all there is, byte by byte and file by file.
                mkdir /run/netlab/.other
                number=0
                while head -c 4096 /dev/zero >/run/netlab/.other/$number 2>/dev/null; do number=$((number + 1)); done
                true 2>/dev/null >/run/netlab/.other/last && echo "there is room left"
                say check "$N" check full --only C10
                say down "$N" down full
                """)
            #expect(lines.first == "up 0 10 full .other" || lines.first == "up 0 10 full", "\(lines)")
            #expect(lines.last == "down 0 0 .other", "\(lines)")
            #expect(lines.contains("check 0 10 .other full") || lines.contains("check 0 10 full .other"), "\(lines)")
            if option.contains("inodes") { #expect(!lines.contains("there is room left"), "\(lines)") }
        }

        @Test("read-only: nothing can be begun; what is up stays, and goes once the disk can be written again")
        func readOnly() throws {
            let lines = try PrivateRun.lines(
                """
                mkdir -m 0700 /run/netlab
                "$N" up public-igw --name kept >/dev/null
                mount --bind /run/netlab /run/netlab
                mount -o remount,bind,ro /run/netlab
                say up "$N" up public-igw --name new
                why
                say check "$N" check kept --only C10
                say down "$N" down kept
                why
                say prune "$N" prune
                umount /run/netlab
                say down "$N" down kept
                """)
            #expect(lines.count == 7, "\(lines)")
            #expect(lines[0] == "up 3 10 kept")
            #expect(lines[1].contains("Read-only file system"))
            #expect(lines[2] == "check 0 10 kept")
            #expect(lines[3] == "down 3 10 kept")
            #expect(lines[4].contains("Read-only file system"))
            #expect(lines[5] == "prune 0 10 kept")
            #expect(lines[6] == "down 0 0")
        }
    }
}
