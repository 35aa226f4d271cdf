import CNetlabShims
import Glibc
import Synchronization

/// Makes the n-th system call of this process fail, or the last thing it ever does. In debug builds only.
///
/// `NETLAB_FAULT=kill:17` ends the process by SIGKILL right before its 17th call; `NETLAB_FAULT=12:17` makes that call
/// fail with error number 12 (ENOMEM); `NETLAB_FAULT=count` writes the number of calls to standard error at the end.
/// Tests walk through every n: whatever breaks wherever, nothing may be left behind.
enum FaultInjection {
    #if DEBUG
        private enum Fault {
            case kill(Int)
            case fail(errno: Int32, at: Int)
            case count
        }

        private static let calls = Atomic<Int>(0)

        private static let fault: Fault? = {
            guard let text = getenv("NETLAB_FAULT").map({ String(cString: $0) }) else { return nil }
            // What we start must not inherit our fate.
            unsetenv("NETLAB_FAULT")
            if text == "count" {
                atexit { fputsCount() }
                return .count
            }
            let parts = text.split(separator: ":")
            guard parts.count == 2, let position = Int(parts[1]) else { return nil }
            if parts[0] == "kill" { return .kill(position) }
            return Int32(parts[0]).map { .fail(errno: $0, at: position) }
        }()

        /// Messages handed to the kernel over netlink.
        private static let messages = Atomic<Int>(0)

        private static func fputsCount() {
            let line =
                "netlink messages: \(messages.load(ordering: .relaxed))\n"
                + "system calls: \(calls.load(ordering: .relaxed))\n"
            _ = Array(line.utf8).withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
        }

        static func note(messages count: Int) { messages.wrappingAdd(count, ordering: .relaxed) }

        /// To be called before each call; the error number it shall fail with instead, if any.
        static func next() -> Int32? {
            guard let fault else { return nil }
            let number = calls.wrappingAdd(1, ordering: .relaxed).newValue
            switch fault {
            case .kill(let position) where number == position:
                kill(getpid(), SIGKILL)
                while true { pause() }
            case .fail(let errno, let position) where number == position: return errno
            default: return nil
            }
        }
    #else
        @inline(__always)
        static func next() -> Int32? { nil }
    #endif
}

/// Counts netlink messages for `NETLAB_FAULT=count`; nothing in release builds.
public func noteNetlinkMessages(_ count: Int) {
    #if DEBUG
        FaultInjection.note(messages: count)
    #endif
}
