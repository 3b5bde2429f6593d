package io.redissync.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.conditions.ArchPredicates.are;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The layers of docs/architecture.md: who may use whom, and which libraries. Nothing is frozen. */
class ArchitectureTest {

    private static final String BASE = "io.redissync.";

    /** Libraries that a layer may use besides the JDK, as package prefixes. */
    private static final String[] FLINK = {"org.apache.flink.."};

    private static final String[] SLF4J = {"org.slf4j.."};
    private static final String[] NETTY = {"io.netty.."};
    private static final String[] JEDIS = {"redis.clients.jedis.."};
    private static final String[] RE2J = {"com.google.re2j.."};

    /** Annotations that leave no trace at run time. */
    private static final String[] ERROR_PRONE = {"com.google.errorprone.annotations.."};

    private static final String[] YAML = {"org.snakeyaml.engine.."};
    private static final String[] LOG4J = {"org.apache.logging.log4j.."};

    /** The layers from the lowest to the highest, each with the layers and libraries it may use. */
    @SuppressWarnings("ImmutableEnumChecker") // Nothing changes the lists.
    enum Layer {
        COMMAND("command", uses()),
        CONNECTION("connection", uses(), JEDIS, NETTY),
        RESP("protocol.resp", uses(COMMAND)),
        RDB("protocol.rdb", uses(COMMAND)),
        PSYNC("protocol.psync", uses(COMMAND, CONNECTION), NETTY, SLF4J, ERROR_PRONE),
        TYPEINFO("typeinfo", uses(COMMAND), FLINK),
        // Its Jedis is inside connection: it may not name it.
        SOURCE("source", uses(COMMAND, CONNECTION, RESP, RDB, PSYNC, TYPEINFO), FLINK, SLF4J),
        OPERATOR("operator", uses(COMMAND, TYPEINFO), FLINK, SLF4J, RE2J),
        SINK("sink", uses(COMMAND, CONNECTION, RDB, TYPEINFO), FLINK, SLF4J, JEDIS),
        CHECK("check", uses(COMMAND, CONNECTION), SLF4J, JEDIS),
        JOB(
                "job",
                uses(
                        COMMAND,
                        CONNECTION,
                        RESP,
                        RDB,
                        PSYNC,
                        TYPEINFO,
                        SOURCE,
                        OPERATOR,
                        SINK,
                        CHECK),
                FLINK,
                SLF4J,
                LOG4J,
                YAML,
                RE2J);

        private final String name;
        private final List<Layer> used;
        private final String[] libraries;

        Layer(String name, List<Layer> used, String[]... libraries) {
            this.name = name;
            this.used = used;
            this.libraries =
                    Arrays.stream(libraries).flatMap(Arrays::stream).toArray(String[]::new);
        }

        private static List<Layer> uses(Layer... layers) {
            return List.of(layers);
        }

        String packages() {
            return BASE + name + "..";
        }

        static Layer of(JavaClass type) {
            return Arrays.stream(values())
                    .filter(
                            layer ->
                                    (type.getPackageName() + ".")
                                            .startsWith(BASE + layer.name + "."))
                    .findFirst()
                    .orElse(null);
        }
    }

    /** The product's classes. */
    static final class Product {
        static final JavaClasses CLASSES =
                new ClassFileImporter()
                        .withImportOption(new ImportOption.DoNotIncludeTests())
                        .withImportOption(new ImportOption.DoNotIncludeJars())
                        .importPackages("io.redissync");

        private Product() {}
    }

    @Test
    void everyPackageIsInALayer() {
        Set<String> known =
                Arrays.stream(Layer.values()).map(layer -> layer.name).collect(Collectors.toSet());
        Set<String> found = new HashSet<>();
        for (JavaClass type : Product.CLASSES) {
            Layer layer = Layer.of(type);
            if (layer != null) {
                found.add(layer.name);
            } else if (!type.getSimpleName().equals("package-info")) {
                assertThat(type.getName()).as("class in no layer").isNull();
            }
        }
        assertThat(found).isEqualTo(known);
    }

    @ParameterizedTest
    @EnumSource(Layer.class)
    void aLayerUsesOnlyWhatItMay(Layer layer) {
        String[] allowed =
                Stream.of(
                                Stream.of(layer.packages(), "java.."),
                                // The JDK's TLS.
                                Stream.of("javax.net.ssl.."),
                                layer.used.stream().map(Layer::packages),
                                Arrays.stream(layer.libraries))
                        .flatMap(packages -> packages)
                        .toArray(String[]::new);

        ArchRule rule =
                classes()
                        .that()
                        .resideInAPackage(layer.packages())
                        .should()
                        .onlyDependOnClassesThat(
                                are(
                                        resideInAnyPackage(allowed)
                                                .or(primitive())
                                                .as("in %s", List.of(allowed))));

        rule.check(Product.CLASSES);
    }

    private static DescribedPredicate<JavaClass> primitive() {
        return DescribedPredicate.describe(
                "primitive", type -> type.getBaseComponentType().isPrimitive());
    }

    @Test
    void layersHaveNoCycles() {
        slices().assignedFrom(new ByLayer()).should().beFreeOfCycles().check(Product.CLASSES);
    }

    /** The source is one layer, but its parts stand side by side on the split. */
    @Test
    void partsOfTheSourceKnowTheSplitAndNotEachOther() {
        noClasses()
                .that()
                .resideInAPackage(BASE + "source.split..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        BASE + "source", BASE + "source.reader..", BASE + "source.enumerator..")
                .check(Product.CLASSES);
        noClasses()
                .that()
                .resideInAPackage(BASE + "source.reader..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(BASE + "source.enumerator..")
                .check(Product.CLASSES);
        noClasses()
                .that()
                .resideInAPackage(BASE + "source.enumerator..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(BASE + "source.reader..")
                .check(Product.CLASSES);
    }

    @Test
    void onlyTheJobAndTheEndsOfFlinkKnowFlink() {
        noClasses()
                .that(
                        resideInAnyPackage(
                                BASE + "command..",
                                BASE + "connection..",
                                BASE + "protocol..",
                                BASE + "check.."))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(FLINK)
                .check(Product.CLASSES);
    }

    @Test
    void nothingUsesTheJob() {
        noClasses()
                .that(are(resideOutsideOfPackages(BASE + "job..")))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(BASE + "job..")
                .check(Product.CLASSES);
    }

    @Test
    void onlyTheJobSpeaksToTheTerminalOrEndsTheJvm() {
        noClasses()
                .that(are(resideOutsideOfPackages(BASE + "job..")))
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .orShould()
                .callMethod(System.class, "exit", int.class)
                .orShould()
                .callMethod(Throwable.class, "printStackTrace")
                .check(Product.CLASSES);
    }

    @Test
    void exceptionsOfTheProductCannotBeMadeWithoutAMessage() {
        classes()
                .that()
                .areAssignableTo(Throwable.class)
                .and()
                .doNotHaveModifier(JavaModifier.ABSTRACT)
                .should(new NoBareConstructor())
                .check(Product.CLASSES);
    }

    /** An exception that anybody may make has to be given something to say. */
    private static final class NoBareConstructor
            extends com.tngtech.archunit.lang.ArchCondition<JavaClass> {
        NoBareConstructor() {
            super("have no constructor without arguments that others can call");
        }

        @Override
        public void check(JavaClass type, com.tngtech.archunit.lang.ConditionEvents events) {
            type.getConstructors().stream()
                    .filter(made -> !made.getModifiers().contains(JavaModifier.PRIVATE))
                    .filter(made -> made.getRawParameterTypes().isEmpty())
                    .forEach(
                            made ->
                                    events.add(
                                            com.tngtech.archunit.lang.SimpleConditionEvent.violated(
                                                    type, made.getFullName() + " has no message")));
        }
    }

    /** Every layer is a slice. */
    private static final class ByLayer implements SliceAssignment {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            Layer layer = Layer.of(type);
            return layer == null ? SliceIdentifier.ignore() : SliceIdentifier.of(layer.name);
        }

        @Override
        public String getDescription() {
            return "layers";
        }
    }
}
