import LabRunner
import Namespaces
import NetlabTesting
import Testing

extension RealLabs {
    /// What says at the end that nothing is left must see what is there.
    @Suite("The census") struct CensusTests {
        @Test("sees a lab, its processes and our doors into it")
        func sees() async throws {
            try await withLab(text: TinyLab.text) { lab throws in
                let census = try Census()
                #expect(census.labs.contains { $0.contains(lab.name) })
                #expect(census.processes.contains { $0.contains("/run/netlab/\(lab.name)/server.log") })
                #expect(!census.strayDescriptors.isEmpty)
                let thread = try lab.running.node("web")?.namespace.run { try Census().strayThreads }
                #expect(thread?.isEmpty == false)
            }
        }
    }
}
