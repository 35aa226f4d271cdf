import ArgumentParser
import CloudModel
import Glibc
import LabFile
import LabRunner
import LinuxSystem

/// A lab file as the user named it: by path, or by the name of a lab.
struct LabSource {
    let lab: Lab
    let text: String

    /// Reads and validates; every problem goes to standard error as `file:line:column: …`.
    ///
    /// - Throws: Exit status 2 when there is an error.
    static func read(_ argument: String) throws -> LabSource {
        let path = try find(argument)
        let text: String
        do {
            text = try Files.read(path, limit: 16 << 20)
        } catch {
            throw LabRunnerError(.input, "\(path) cannot be read: \(error)")
        }
        let reading = LabFile.read(text, file: path)
        for problem in reading.problems { Output.complain(problem.rendered, raw: true) }
        guard let lab = reading.lab else { throw ExitCode(2) }
        return LabSource(lab: lab, text: text)
    }

    /// A path as it is; a name in the working directory's `labs/`, then in the share folder's.
    static func find(_ argument: String) throws -> String {
        if argument.contains("/") || argument.hasSuffix(".yaml") || argument.hasSuffix(".yml") {
            if Files.exists(argument) { return argument }
            throw LabRunnerError(.input, "there is no file \(argument)")
        }
        let folders = ["labs"] + (Share.folder.map { ["\($0)/labs"] } ?? [])
        for folder in folders where Files.exists("\(folder)/\(argument).yaml") {
            return "\(folder)/\(argument).yaml"
        }
        let known = Set(
            folders.flatMap { (try? Files.list($0)) ?? [] }.filter { $0.hasSuffix(".yaml") }.map {
                String($0.dropLast(5))
            })
        let hint =
            known.isEmpty
            ? "there is no labs/ folder here; give the path of a lab file"
            : "known labs: \(known.sorted().joined(separator: ", "))"
        throw LabRunnerError(.input, "there is no lab \(argument)", hint: hint)
    }
}

/// The folder that is installed beside the program: labs and the package repository.
enum Share {
    /// `NETLAB_SHARE`, or `../share/netlab` seen from the program.
    static var folder: String? {
        if let chosen = getenv("NETLAB_SHARE") { return String(cString: chosen) }
        let folder = "\(program.split(separator: "/").dropLast(2).map { "/\($0)" }.joined())/share/netlab"
        return Files.exists(folder) ? folder : nil
    }

    /// The path of this very program.
    static var program: String {
        guard let path = realpath("/proc/self/exe", nil) else { return CommandLine.arguments[0] }
        defer { free(path) }
        return String(cString: path)
    }

    static var settings: RunnerSettings {
        RunnerSettings(
            program: program, aptRoot: folder.map { "\($0)/apt-mirror" }, registryRoot: folder.map { "\($0)/registry" })
    }
}
