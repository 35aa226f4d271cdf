public import IPAddressing
import LabRunner
import LinuxSystem
public import Probes

/// From the words of a filter to a program for the kernel.
///
/// With tcpdump on the machine its whole language (libpcap's own compiler, by `tcpdump -ddd`); without it the small
/// language of `FilterWords`. Either way a node's name may stand where an address does.
public enum FilterCompiler {
    /// - Parameters:
    ///   - addresses: The addresses of a node; `nil` where there is no such node.
    ///   - tcpdump: The path of the program, if it is there.
    /// - Throws: `LabRunnerError` (input) with the compiler's own sentence.
    public static func compile(
        _ words: [String], addresses: (String) -> [IPv4Address]?, tcpdump: String?
    ) throws -> FrameFilter? {
        guard !words.isEmpty else { return nil }
        let text = words.joined(separator: " ")
        guard let tcpdump else { return try small(text, addresses) }
        let (status, output, complaint) = try run([tcpdump, "-y", "EN10MB", "-ddd", named(text, addresses)])
        guard status == 0, let filter = FrameFilter(compiled: output, text: text) else {
            throw LabRunnerError(
                .input, "the filter \"\(text)\" is not understood: \(complaint.split(separator: "\n").last ?? "")",
                hint: "it is tcpdump's language (man pcap-filter); names of nodes may stand for addresses")
        }
        return filter
    }

    /// `host app` → `host ( 10.0.1.10 )`.
    static func named(_ text: String, _ addresses: (String) -> [IPv4Address]?) -> String {
        var previous = ""
        return text.split(separator: " ").map { word -> String in
            defer { previous = String(word) }
            guard ["host", "src", "dst"].contains(previous), let known = addresses(String(word)), !known.isEmpty else {
                return String(word)
            }
            return "( \(known.map(\.description).joined(separator: " or ")) )"
        }.joined(separator: " ")
    }

    private static func small(_ text: String, _ addresses: (String) -> [IPv4Address]?) throws -> FrameFilter {
        let words: FilterWords
        do {
            words = try FilterWords([text])
        } catch {
            throw LabRunnerError(
                .input, error.description, hint: "with tcpdump installed all of its language can be used")
        }
        guard words.hosts.count <= 1 else {
            throw LabRunnerError(.input, "one host at most", hint: "with tcpdump installed there may be more")
        }
        let host = try words.hosts.first.map { name in
            guard let address = IPv4Address(name) ?? addresses(name)?.first else {
                throw LabRunnerError(.input, "\(name) is neither a node nor an address")
            }
            return address
        }
        return FrameFilter(PacketFilter(protocolNumber: words.protocolNumber, host: host, port: words.port), text: text)
    }

    private static func run(_ command: [String]) throws -> (status: Int32, output: String, complaint: String) {
        let input = try OwnedDescriptor(opening: "/dev/null", 0)
        let (outputPipe, errorPipe) = (try Pipe(), try Pipe())
        let child = try ChildProcess.spawn(
            command, standard: (input.raw, outputPipe.input.raw, errorPipe.input.raw))
        // Both fit into a pipe's buffer of 64 KiB: a program has 4,096 lines at most.
        let status = try child.wait()
        return (status, try text(of: outputPipe), try text(of: errorPipe))
    }

    /// The writing end is still open here: take what is there and no more.
    private static func text(of pipe: Pipe) throws -> String {
        var text = ""
        while try !Readiness.wait(for: [pipe.output.raw], milliseconds: 0).isEmpty {
            text += String(decoding: try pipe.output.descriptor.readSome(), as: UTF8.self)
        }
        return text
    }
}
