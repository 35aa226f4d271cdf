import Glibc
import LabRunner
import LinuxSystem

/// A loop that looks at descriptors until somebody says enough: Ctrl-C, a count, a time, or a reader that went away.
struct Watch {
    /// `nil` watches for ever.
    var seconds: Double?
    /// How often to look although nothing is to be read, in milliseconds.
    var pace: Int32 = 20

    /// Calls `body` at every turn until it returns `false`, then returns.
    func run(_ descriptors: [Int32], _ body: () throws -> Bool) throws {
        let signals = try Interruption.descriptor()
        let start = KernelClock.monotonic
        while try body(), Output.hasReader {
            let passed = Double(KernelClock.monotonic - start) / 1e9
            if let seconds, passed >= seconds { return }
            let ready = try Readiness.wait(for: [signals.raw] + descriptors, milliseconds: pace)
            if ready.first == 0 { return }
            // Reports come in bursts: let one be whole rather than wake for each packet of it.
            if !ready.isEmpty, try !Readiness.wait(for: [signals.raw], milliseconds: 2).isEmpty { return }
        }
    }
}
