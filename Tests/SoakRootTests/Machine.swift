import Glibc
import LinuxSystem

/// What the machine holds of the things that labs are made of.
///
/// Others may be at work on the same machine: such numbers come and go, so they are asked for until they fit. Processes
/// and namespaces count only where they see the same `/run`, as all labs of ours do.
struct Machine: CustomStringConvertible {
    /// Network namespaces that such a process is in, or that have a name here.
    let namespaces: Int
    /// Mounts of this mount namespace.
    let mounts: Int
    let processes: Int
    /// Open files of the whole machine.
    let files: Int
    /// Descriptors of this process.
    let descriptors: Int
    /// Flows the host's own connection tracking knows.
    let flows: Int
    /// KiB of kernel memory, and the part of it that cannot be given back.
    let slab: Int
    let unreclaimable: Int
    /// Objects of the kernel's caches for network namespaces and for flows; 0 where they cannot be read.
    let namespaceObjects: Int
    let flowObjects: Int

    init() throws {
        let here = Self.identity("/run")
        let pids = try Files.list("/proc").filter { Int32($0) != nil && Self.identity("/proc/\($0)/root/run") == here }
        processes = pids.count
        let named = try Files.list("/run/netns")
        namespaces = Set(pids.compactMap { Files.linkTarget("/proc/\($0)/ns/net") }).count + named.count
        mounts = try Files.read("/proc/self/mountinfo").split(separator: "\n").count
        files = Int(try Files.read("/proc/sys/fs/file-nr").split(separator: "\t")[0]) ?? 0
        descriptors = try Files.list("/proc/self/fd").count
        let count = (try? Files.read("/proc/sys/net/netfilter/nf_conntrack_count")) ?? "0"
        flows = Int(count.filter(\.isNumber)) ?? 0
        let memory = try Files.read("/proc/meminfo")
        slab = Self.number(memory, "Slab:", 1)
        unreclaimable = Self.number(memory, "SUnreclaim:", 1)
        let caches = (try? Files.read("/proc/slabinfo")) ?? ""
        namespaceObjects = Self.number(caches, "net_namespace", 1)
        flowObjects = Self.number(caches, "nf_conntrack", 1)
    }

    private static func identity(_ path: String) -> [UInt64] {
        var status = stat()
        return stat(path, &status) == 0 ? [UInt64(status.st_dev), UInt64(status.st_ino)] : []
    }

    private static func number(_ text: String, _ key: String, _ column: Int) -> Int {
        let line = text.split(separator: "\n").first { $0.split(separator: " ").first == key[...] }
        let fields = line?.split(separator: " ") ?? []
        return fields.count > column ? Int(fields[column]) ?? 0 : 0
    }

    var description: String {
        "namespaces \(namespaces), mounts \(mounts), processes \(processes), open files \(files), descriptors "
            + "\(descriptors), flows \(flows), slab \(slab / 1024) MB (unreclaimable \(unreclaimable / 1024) MB), "
            + "net_namespace objects \(namespaceObjects), nf_conntrack objects \(flowObjects)"
    }

    /// What has grown beyond what others' coming and going explains.
    func growth(since before: Machine) -> [String] {
        let limits: [(String, Int, Int, Int)] = [
            ("namespaces", before.namespaces, namespaces, 0), ("mounts", before.mounts, mounts, 0),
            ("processes", before.processes, processes, 0), ("open files", before.files, files, 900),
            ("descriptors", before.descriptors, descriptors, 0), ("flows", before.flows, flows, 64),
            // KiB. What 1000 forgotten labs would hold is gigabytes.
            ("unreclaimable slab", before.unreclaimable, unreclaimable, 96 << 10),
            ("net_namespace objects", before.namespaceObjects, namespaceObjects, 128),
        ]
        return limits.filter { $0.2 > $0.1 + $0.3 }.map { "\($0.0): \($0.1) → \($0.2)" }
    }
}
