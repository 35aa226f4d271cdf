import AWSImport
import ArgumentParser
import CloudModel
import Glibc
import LabFile
import LabRunner
import LinuxSystem
import Namespaces

/// A lab as the user named it: a lab file by path or by name, or a folder of what AWS describes.
struct LabSource {
    let lab: Lab
    /// The lab file; of a folder, the one that `import` would write.
    let text: String

    /// What was found, right or wrong.
    struct Look {
        let path: String
        let lab: Lab?
        let problems: [Problem]
        let text: String
    }

    /// Reads and validates; every problem goes to standard error as `file:line:column: …`.
    ///
    /// - Throws: Exit status 2 when there is an error.
    static func read(_ argument: String) throws -> LabSource {
        let look = try look(at: argument)
        for problem in look.problems { Output.complain(problem.rendered, raw: true) }
        guard let lab = look.lab else { throw ExitCode(2) }
        return LabSource(lab: lab, text: look.text)
    }

    /// Namespaces begun while the lab is read; none where a lab of that name seems to be up, and will not need any.
    static func reserve(for argument: String, name: String?) -> NamespaceReserve? {
        let file = argument.split(separator: "/").last.map(String.init) ?? ""
        let name = name ?? (file.hasSuffix(".yaml") ? String(file.dropLast(5)) : file)
        guard let name = try? LabName.valid(name), !StateFolder(name).exists else { return nil }
        return NamespaceReserve()
    }

    static func look(at argument: String) throws -> Look {
        let path = try find(argument)
        if Files.isFolder(path) {
            let imported = try AWSFolder.read(path)
            var lab = imported.lab
            lab?.origin = Origin(file: path, line: 0, column: 0)
            return Look(
                path: path, lab: lab, problems: imported.problems, text: imported.lab.map(LabFile.write) ?? "")
        }
        let text: String
        do {
            text = try Files.read(path, limit: 16 << 20)
        } catch {
            throw LabRunnerError(.input, "\(path) cannot be read: \(error)")
        }
        let reading = LabFile.read(text, file: path)
        return Look(path: path, lab: reading.lab, problems: reading.problems, text: text)
    }

    private static var folders: [String] { ["labs"] + (Share.folder.map { ["\($0)/labs"] } ?? []) }

    /// Every lab that can be named without a path, sorted.
    static var known: [String] {
        Set(
            folders.flatMap { (try? Files.list($0)) ?? [] }.filter { $0.hasSuffix(".yaml") }.map {
                String($0.dropLast(5))
            }
        ).sorted()
    }

    /// A path as it is; a name in the working directory's `labs/`, then in the share folder's.
    static func find(_ argument: String) throws -> String {
        if argument.contains("/") || argument.hasSuffix(".yaml") || argument.hasSuffix(".yml") {
            if Files.exists(argument) { return argument }
            throw LabRunnerError(.input, "there is no file \(argument)")
        }
        for folder in folders where Files.exists("\(folder)/\(argument).yaml") {
            return "\(folder)/\(argument).yaml"
        }
        if Files.isFolder(argument) { return argument }
        let known = known
        let hint =
            known.isEmpty
            ? "there is no labs/ folder here; give the path of a lab file"
            : "known labs: \(known.joined(separator: ", "))"
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
