public import CloudModel
import FoundationEssentials
import LabFile
public import LabPlan
import LinuxSystem

// What a running lab has to remember of itself, so that the next command can compare and go on.
extension StateFolder {
    /// The numbers its plan gave out.
    var numberingFile: String { "\(path)/numbering.json" }
    /// What its background process was told to serve.
    var servicesFile: String { "\(path)/services.json" }

    /// None for a folder without the file.
    public var numbering: Numbering {
        guard let text = try? Files.read(numberingFile, limit: 16 << 20),
            let numbering = try? JSONDecoder().decode(Numbering.self, from: Data(text.utf8))
        else { return Numbering() }
        return numbering
    }

    func remember(_ numbering: Numbering) throws {
        let json = try JSONEncoder().encode(numbering)
        try Files.replace(numberingFile, with: String(decoding: json, as: UTF8.self))
    }

    /// The lab as it came up or was last changed, with what has failed of it; `nil` if that cannot be read any more.
    public func keptLab() throws -> Lab? {
        let text = try Files.read(labFile)
        // Of what was imported no file of the user's has these lines: the kept one has.
        let file = origin.flatMap { Files.isFolder($0) ? nil : $0 } ?? labFile
        return LabFile.read(text, file: file).lab.map(withOutages)
    }

    /// The same for whoever cannot go on without it.
    public func readableLab() throws -> Lab {
        if let lab = try keptLab() { return lab }
        throw LabRunnerError(
            .system, "the kept lab file \(labFile) cannot be read any more",
            hint: "netlab down \(name), then up again")
    }

    /// The plan it runs by, with the numbers it has.
    public func keptPlan() throws -> LabPlan { LabPlan(try readableLab(), numbering: numbering) }
}

extension StateFolder {
    /// The path of the file, or of the folder of descriptions, the lab was brought up by.
    public var origin: String? {
        guard let path = try? Files.read(labFileOrigin, limit: 65_536), !path.isEmpty else { return nil }
        return path
    }

    /// The command that mends the lab: `up` by the file it came from, under the name it has.
    public var repair: String { "netlab up \(origin ?? "FILE") --name \(name)" }
}
