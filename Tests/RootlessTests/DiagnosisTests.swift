import Glibc
import Testing

@testable import Rootless

@Suite("Why labs without root are refused") struct DiagnosisTests {
    private func diagnose(
        _ step: String, _ errno: Int32, _ knobs: RootlessKnobs = RootlessKnobs()
    ) -> RootlessDiagnosis {
        let refusal = RootlessRefusal(step: step, errno: errno, text: "\(step): no")
        return RootlessDiagnosis(refusal, knobs: knobs, program: "/opt/netlab")
    }

    @Test("every knob is named, with the command that turns it")
    func knobs() {
        let user = "unshare CLONE_NEWUSER"
        let cases: [(RootlessDiagnosis, String, String)] = [
            (
                diagnose(user, EPERM, RootlessKnobs(unprivilegedClone: 0, maxUser: 100)),
                "kernel.unprivileged_userns_clone is 0", "sudo sysctl -w kernel.unprivileged_userns_clone=1"
            ),
            (
                diagnose(user, ENOSPC, RootlessKnobs(maxUser: 0)), "user.max_user_namespaces is 0",
                "sudo sysctl -w user.max_user_namespaces=10000"
            ),
            (
                diagnose(user, ENOSPC, RootlessKnobs(maxUser: 96365)), "user.max_user_namespaces is 96365",
                "sudo sysctl -w user.max_user_namespaces=192730"
            ),
            (
                diagnose("unshare CLONE_NEWNET", ENOSPC, RootlessKnobs(maxUser: 5, maxMount: 5, maxNetwork: 0)),
                "user.max_net_namespaces is 0", "sudo sysctl -w user.max_net_namespaces=10000"
            ),
            (
                diagnose("unshare CLONE_NEWNS", ENOSPC, RootlessKnobs(maxUser: 5, maxMount: 7, maxNetwork: 5)),
                "user.max_mnt_namespaces is 7", "sudo sysctl -w user.max_mnt_namespaces=10000"
            ),
            (
                diagnose("write /proc/self/uid_map", EPERM, RootlessKnobs(unprivilegedClone: 1, appArmor: 1)),
                "kernel.apparmor_restrict_unprivileged_userns is 1",
                "profile netlab /opt/netlab flags=(unconfined) {"
            ),
            (
                diagnose("mount /run", EACCES, RootlessKnobs(appArmor: 1)), "AppArmor forbids it",
                "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
            ),
            (
                diagnose(user, EPERM, RootlessKnobs(unprivilegedClone: 1, maxUser: 9, appArmor: 0, isFiltered: true)),
                "the seccomp filter of a container", "--security-opt seccomp=unconfined"
            ),
            (diagnose(user, EPERM), "a security module or a chroot", "dmesg"),
            (
                diagnose(user, EINVAL, RootlessKnobs(hasUserNamespaces: false)), "this kernel has no user namespaces",
                "CONFIG_USER_NS"
            ),
            (diagnose("lab", 0), "loads no modules for ordinary users", "sudo modprobe -a nf_tables"),
            (
                diagnose("mkdir /tmp/netlab-1", ENOSPC, RootlessKnobs(maxUser: 7)),
                "the background process could not be started", "see the reason"
            ),
            (diagnose("folder", 0), "another user's folder", "XDG_RUNTIME_DIR"),
        ]
        for (diagnosis, problem, remedy) in cases {
            #expect(diagnosis.problem.contains(problem), "\(diagnosis)")
            #expect(diagnosis.remedy.contains(remedy), "\(diagnosis)")
            #expect(diagnosis.problem.hasSuffix(": no)"), "the kernel's own word is missing: \(diagnosis)")
        }
    }

    @Test("a knob that is open is not blamed")
    func innocent() {
        let open = RootlessKnobs(unprivilegedClone: 1, maxUser: 100, maxMount: 100, maxNetwork: 100, appArmor: 0)
        for (step, errno) in [
            ("unshare CLONE_NEWUSER", EPERM), ("mount /run", EPERM), ("unshare CLONE_NEWNET", EINVAL),
        ] {
            let problem = diagnose(step, errno, open).problem
            for knob in ["userns_clone", "max_", "apparmor"] { #expect(!problem.contains(knob), "\(problem)") }
        }
    }

    @Test("a refusal goes through a pipe and back")
    func line() {
        let refusal = RootlessRefusal(step: "unshare CLONE_NEWUSER", errno: EPERM, text: "unshare: no\tnever")
        #expect(RootlessRefusal(line: refusal.line) == refusal)
        let long = RootlessRefusal(step: "lab", text: "one\ntwo")
        #expect(RootlessRefusal(line: long.line)?.text == "one; two")
        for bad in ["", "x", "1\tstep", "one\tstep\ttext"] { #expect(RootlessRefusal(line: bad) == nil) }
    }

    @Test("this machine's knobs can be read")
    func here() {
        #expect(RootlessKnobs.here.hasUserNamespaces)
        #expect(RootlessKnobs.here.maxUser ?? 0 > 0)
    }
}
