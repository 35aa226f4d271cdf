public import CloudModel

/// The reader of lab files: YAML in AWS's words to a model of the cloud.
public struct LabFile {
    /// Reads and validates a whole file; never fails half-way, never crashes, whatever the text.
    ///
    /// - Parameters:
    ///   - text: the content of the file.
    ///   - file: its name, only for messages.
    public static func read(_ text: String, file: String) -> Reading {
        let source = Source(file: file)
        guard let root = YAMLDocument.compose(text, source: source) else { return Reading(lab: nil, source.problems) }
        let lab = LabReader(source: source).read(root)
        source.reportRemainingTwins()
        guard let lab else { return Reading(lab: nil, source.problems) }

        let unreadable = source.declaredNames.subtracting(lab.allNames)
        // A warning about a lab that was only read in part is a guess.
        let isWhole = source.problems.isEmpty
        let findings = lab.validate(unreadable: unreadable).filter { finding in
            (isWhole || finding.severity == .error)
                && !(finding.field == "expect" && source.unreadExpectations.contains(finding.origin))
        }
        return Reading(lab: lab, source.problems + Places.pointing(findings, into: root, source: source))
    }
}

/// What came of a file.
public struct Reading: Sendable {
    /// `nil` if there is any error; warnings alone leave it whole.
    public let lab: Lab?
    /// Errors and warnings in the order of the file.
    public let problems: [Problem]

    init(lab: Lab?, _ problems: [Problem]) {
        let sorted = Array(Set(problems)).sorted()
        self.problems = sorted.count > Self.mostProblems ? Self.shortened(sorted) : sorted
        self.lab = sorted.contains { $0.severity == .error } ? nil : lab
    }

    private static let mostProblems = 500

    /// A file that is wrong everywhere is not read to its end by anyone.
    private static func shortened(_ problems: [Problem]) -> [Problem] {
        let shown = problems.prefix(mostProblems)
        guard let last = shown.last else { return [] }
        return shown + [
            Problem(
                .error, last.origin, "\(problems.count - mostProblems) more problems are not shown",
                hint: "repair the ones above first")
        ]
    }
}

extension Lab {
    /// Every name the model holds, of whatever kind.
    var allNames: Set<String> {
        var names = Set(internet.hosts.map(\.name))
        names.formUnion(prefixLists.map(\.name))
        names.formUnion(peerings.map(\.name))
        for gateway in transitGateways {
            names.insert(gateway.name)
            names.formUnion(gateway.attachments.map(\.name) + gateway.routeTables.map(\.name))
        }
        for vpc in vpcs {
            names.insert(vpc.name)
            if let gateway = vpc.internetGateway { names.insert(gateway.name) }
            names.formUnion(vpc.subnets.map(\.name))
            names.formUnion(vpc.routeTables.map(\.name))
            names.formUnion(vpc.natGateways.map(\.name))
            names.formUnion(vpc.securityGroups.map(\.name))
            names.formUnion(vpc.instances.map(\.name) + vpc.instances.flatMap(\.containers).map(\.name))
            names.formUnion(vpc.networkACLs.map(\.name))
            names.formUnion(vpc.endpoints.map(\.name))
        }
        return names
    }
}
