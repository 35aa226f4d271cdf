import ArgumentParser
import LabRunner
import Rootless

/// `netlab __keep`: the background process of an ordinary user, which keeps their namespaces. Not for people.
struct Keep: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "__keep", shouldDisplay: false)

    /// The folder of its socket, also for people who look at `ps`.
    @Argument var place: String
    @Option var line: Int32

    func run() throws { try KeeperMain.run(place: place, line: line, labs: Unprivileged.labs) }
}

/// `netlab __try-rootless`: finds out whether labs come up without root on this machine. For `netlab doctor`.
struct TryRootless: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "__try-rootless", shouldDisplay: false)

    func run() { if let refusal = RootlessTrial.run() { Output.say(refusal.line) } }
}
