import CloudModel
import IPAddressing

/// The `tasks` section: ECS tasks in network mode `awsvpc`, each with an interface of its own.
enum TasksReader {
    static let keys = ["launch", "subnet", "address", "assign-public-ip", "security-groups", "listens"]
    private static let hint = "for example `web: { launch: fargate, subnet: public-a, assign-public-ip: ENABLED }`"

    static func read(_ field: Field?) -> [InstancesReader.Draft] {
        (field?.nouns(hint) ?? []).compactMap { entry in
            entry.field.table(
                of: "the task `\(ObjectName.shown(entry.name))`", at: entry.origin, keys: keys, hint: hint
            ).flatMap { draft($0, name: entry.name, at: entry.origin) }
        }
    }

    private static func draft(_ table: Table, name: String, at origin: Origin) -> InstancesReader.Draft? {
        let launch = table.need("launch", example: "fargate")?.word(TaskLaunch.allCases.map(\.rawValue))
        let wish = table["assign-public-ip"]?.word(["ENABLED", "DISABLED"])
        let interface = InterfaceReader.read(table, name: name, at: origin)
        let listeners = table["listens"].map(ListenersReader.read) ?? []
        // A subnet that gives addresses by itself gives them to instances, not to tasks.
        table.source.publicAddressWishes[origin] = wish == "ENABLED"
        guard let interface, let launch = launch.flatMap(TaskLaunch.init) else { return nil }
        return InstancesReader.Draft(
            name: name, interfaces: [interface], listeners: listeners, launch: launch, origin: origin)
    }
}
