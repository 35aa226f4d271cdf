public import CloudModel
import LinuxSystem

// What has failed in a running lab, one a line in its folder.
extension StateFolder {
    private var outagesFile: String { "\(path)/outages" }

    /// In the order in which they failed; none for a folder without the file.
    public var outages: [Outage] {
        let text = (try? Files.readIfThere(outagesFile, limit: 1 << 20)) ?? nil
        return (text ?? "").split(separator: "\n").compactMap { Outage(String($0)) }
    }

    func remember(_ outages: [Outage]) throws {
        try Files.replace(outagesFile, with: outages.map { "\($0)\n" }.joined())
    }

    /// The lab with what has failed of it; what a changed lab does not have any more has not failed, either.
    func withOutages(_ lab: Lab) -> Lab {
        var lab = lab
        lab.outages = outages.filter { lab.objection(to: $0) == nil }
        return lab
    }
}
