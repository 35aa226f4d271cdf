import LinuxSystem

/// The form of what a state folder holds. Another netlab may have written it: what we would misread we refuse.
enum StateVersion {
    /// To be counted up whenever the meaning of a file in the folder changes.
    static let current = 2

    /// The first file of a new folder.
    static func write(_ state: StateFolder) throws { try Files.write("\(current)\n", to: state.version) }

    /// Before the folder's lab is looked into or worked with.
    ///
    /// - Throws: `LabRunnerError` for an older form as well as for a newer one.
    static func check(_ state: StateFolder) throws {
        let found = try read(state)
        guard found != current else { return }
        throw LabRunnerError(
            .system,
            "lab \(state.name) was brought up by \(found > current ? "a newer" : "an older") netlab"
                + " (state format \(found), this one has \(current))",
            hint: found > current
                ? "use that netlab, or take the lab down with it" : "netlab down \(state.name), then up again")
    }

    /// Before the folder's lab is taken down: older forms are understood, a newer one may tell of things we cannot undo.
    static func checkNotNewer(_ state: StateFolder) throws { if try read(state) > current { try check(state) } }

    /// 0 where nothing is written: a netlab before versions, or one that was killed before its first file.
    private static func read(_ state: StateFolder) throws -> Int {
        let text = try Files.readIfThere(state.version, limit: 64) ?? ""
        return Int(text.prefix { $0.isNumber }) ?? 0
    }
}
