import Glibc
import LinuxSystem

/// Ends this process when its keeper ends.
public enum Lifeline {
    /// Watches a connection to the keeper from a thread of its own, for as long as the process lives.
    ///
    /// A lab's background process is pid 1 of its namespace: with it end all programs of the lab.
    public static func hold(_ line: Int32) throws {
        // The thread inherits the mask; a signal it took would be lost to those who wait for it.
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { number in
                var byte: UInt8 = 0
                // The keeper never writes again: whatever ends this call is its end.
                while read(Int32(Int(bitPattern: number)), &byte, 1) < 0 && errno == EINTR {}
                _exit(0)
            }, UnsafeMutableRawPointer(bitPattern: Int(line)))
        guard code == 0 else { throw SystemError(call: "pthread_create", errno: code, subject: "lifeline") }
        pthread_detach(thread)
    }
}
