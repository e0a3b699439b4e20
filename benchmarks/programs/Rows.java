import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The rows of the benchmarks that Java's CompletableFuture has too.
 *
 * <pre>javac Rows.java &amp;&amp; java Rows</pre>
 *
 * It prints "ready java VERSION". Then each line on standard input, "ROW MILLISECONDS", is
 * answered by "NS_PER_OP COUNT BEST" after the row was run for about that long, where BEST is the
 * NS_PER_OP of the best slice of some 10 ms, by "none" if there is no such row here, or by "error
 * TEXT". It ends with its input.
 */
public final class Rows {
    /** Runs operations and returns a sum that proves that they were done. */
    private interface Body {
        long run(long ops);
    }

    /** A row: what runs it, what one operation adds to the sum, and how many are a batch. */
    private static final class Row {
        final Body body;
        final long each;
        long batch = 1;

        Row(Body body, long each) {
            this.body = body;
            this.each = each;
        }
    }

    private static final int LARGEST = 1_000_000;
    private static final long SLICE_NS = 10_000_000L;
    private static final long PERIOD_NS = 150_000_000L;
    private static final int MIN_PERIODS = 2;
    private static final int MAX_PERIODS = 20;

    private static final Integer ZERO = 0;
    private static final Integer ONE = 1;
    private static final Function<Integer, Integer> INC = v -> v + 1;
    private static final Function<Integer, CompletableFuture<Integer>> ANSWERED =
            v -> CompletableFuture.completedFuture(v + 1);
    private static final Function<Integer, Boolean> POSITIVE = v -> v > 0;
    private static final Function<Throwable, Integer> RECOVER = t -> ONE;

    /** Made once: a stack trace costs more than all the rest. */
    private static final Exception FAILURE = new Exception("the error of the row fail-and-recover");

    private Rows() {}

    private static long oneCallback(long ops) {
        long sum = 0;
        for (long i = 0; i < ops; i++) {
            CompletableFuture<Integer> first = new CompletableFuture<>();
            CompletableFuture<Integer> last = first.thenApply(INC);
            first.complete(ZERO);
            sum += last.join();
        }
        return sum;
    }

    private static long callbacks(int n, long ops) {
        long sum = 0;
        for (long i = 0; i < ops; i++) {
            CompletableFuture<Integer> first = new CompletableFuture<>();
            CompletableFuture<Integer> last = first;
            for (int j = 0; j < n; j++) {
                last = last.thenApply(INC);
            }
            first.complete(ZERO);
            sum += last.join();
        }
        return sum;
    }

    private static long thousandChained(long ops) {
        long sum = 0;
        for (long i = 0; i < ops; i++) {
            CompletableFuture<Integer> first = new CompletableFuture<>();
            CompletableFuture<Integer> last = first;
            for (int j = 0; j < 1000; j++) {
                last = last.thenCompose(ANSWERED);
            }
            first.complete(ZERO);
            sum += last.join();
        }
        return sum;
    }

    private static long failAndRecover(long ops) {
        long sum = 0;
        for (long i = 0; i < ops; i++) {
            CompletableFuture<Integer> first = new CompletableFuture<>();
            CompletableFuture<Integer> last = first.exceptionally(RECOVER);
            first.completeExceptionally(FAILURE);
            sum += last.join();
        }
        return sum;
    }

    private static CompletableFuture<Integer>[] pending(int n) {
        @SuppressWarnings({"unchecked", "rawtypes"}) // there are no arrays of generic types
        CompletableFuture<Integer>[] futures = new CompletableFuture[n];
        for (int i = 0; i < n; i++) {
            futures[i] = new CompletableFuture<>();
        }
        return futures;
    }

    /** All values, once all are there. */
    private static long gather(int n, long ops) {
        long sum = 0;
        for (long i = 0; i < ops; i++) {
            CompletableFuture<Integer>[] futures = pending(n);
            CompletableFuture<List<Integer>> all =
                    CompletableFuture.allOf(futures).thenApply(nothing -> {
                        List<Integer> values = new ArrayList<>(futures.length);
                        for (CompletableFuture<Integer> future : futures) {
                            values.add(future.join());
                        }
                        return values;
                    });
            for (int j = 0; j < n; j++) {
                futures[j].complete(ONE);
            }
            sum += all.join().size();
        }
        return sum;
    }

    /** What a list has for each future. */
    private static final class Outcome {
        final Integer value;
        final Throwable error;

        Outcome(Integer value, Throwable error) {
            this.value = value;
            this.error = error;
        }

        static Outcome of(CompletableFuture<Integer> future) {
            if (!future.isCompletedExceptionally()) {
                return new Outcome(future.join(), null);
            }
            return new Outcome(null, future.handle((value, error) -> error).join());
        }
    }

    /** All results, values and errors, once all are there. */
    private static long list(int n, long ops) {
        long sum = 0;
        for (long i = 0; i < ops; i++) {
            CompletableFuture<Integer>[] futures = pending(n);
            CompletableFuture<List<Outcome>> all =
                    CompletableFuture.allOf(futures).handle((nothing, error) -> {
                        List<Outcome> outcomes = new ArrayList<>(futures.length);
                        for (CompletableFuture<Integer> future : futures) {
                            outcomes.add(Outcome.of(future));
                        }
                        return outcomes;
                    });
            for (int j = 0; j < n; j++) {
                futures[j].complete(ONE);
            }
            sum += all.join().size();
        }
        return sum;
    }

    /** The last one completes; the others have lost, and are left as they are. */
    private static long race(int n, long ops) {
        long sum = 0;
        for (long i = 0; i < ops; i++) {
            CompletableFuture<Integer>[] futures = pending(n);
            CompletableFuture<Object> first = CompletableFuture.anyOf(futures);
            futures[n - 1].complete(ONE);
            sum += (Integer) first.join();
        }
        return sum;
    }

    private static long thenOne(long ops) {
        long sum = 0;
        for (long i = 0; i < ops; i++) {
            if (CompletableFuture.completedFuture(ONE).thenApply(POSITIVE).join()) {
                sum++;
            }
        }
        return sum;
    }

    private static long thenPending(long ops) {
        long sum = 0;
        for (long i = 0; i < ops; i++) {
            CompletableFuture<Integer> first = new CompletableFuture<>();
            CompletableFuture<Boolean> last = first.thenApply(POSITIVE);
            first.complete(ONE);
            if (last.join()) {
                sum++;
            }
        }
        return sum;
    }

    private static final Pattern SIZED = Pattern.compile("(.*)/n=([1-9][0-9]{0,6})");

    /** Returns a row, or null. */
    private static Row makeRow(String name) {
        switch (name) {
            case "deferred/one-callback": return new Row(Rows::oneCallback, 1);
            case "deferred/ten-callbacks": return new Row(ops -> callbacks(10, ops), 10);
            case "deferred/thousand-chained": return new Row(Rows::thousandChained, 1000);
            case "deferred/gather-100": return new Row(ops -> gather(100, ops), 100);
            case "deferred/fail-and-recover": return new Row(Rows::failAndRecover, 1);
            case "then/one": return new Row(Rows::thenOne, 1);
            case "then/pending": return new Row(Rows::thenPending, 1);
            default: return makeSized(name);
        }
    }

    private static Row makeSized(String name) {
        Matcher parts = SIZED.matcher(name);
        if (!parts.matches()) {
            return null;
        }
        int n = Integer.parseInt(parts.group(2));
        if (n > LARGEST) {
            return null;
        }
        switch (parts.group(1)) {
            case "chain": return new Row(ops -> callbacks(n, ops), n);
            case "list": return new Row(ops -> list(n, ops), n);
            case "gather": return new Row(ops -> gather(n, ops), n);
            case "race": return new Row(ops -> race(n, ops), 1);
            default: return null;
        }
    }

    /** Runs one batch and returns the nanoseconds. */
    private static long timed(Row row) {
        long began = System.nanoTime();
        long sum = row.body.run(row.batch);
        long took = System.nanoTime() - began;
        if (sum != row.batch * row.each) {
            throw new IllegalStateException(
                    "the sum of " + row.batch + " operations is " + sum + " instead of " + row.batch * row.each);
        }
        return took;
    }

    /**
     * Runs a row until the time is over, in batches that take a millisecond or two, and slices of
     * several batches.
     */
    private static String drive(Row row, long forNs) {
        long end = System.nanoTime() + forNs;
        long ns = 0;
        long count = 0;
        long sliceNs = 0;
        long sliceCount = 0;
        double best = Double.POSITIVE_INFINITY;
        do {
            long took = timed(row);
            ns += took;
            count += row.batch;
            sliceNs += took;
            sliceCount += row.batch;
            if (sliceNs >= SLICE_NS) {
                best = Math.min(best, (double) sliceNs / sliceCount);
                sliceNs = 0;
                sliceCount = 0;
            }
            if (took < 1_000_000) {
                row.batch *= 2;
            }
        } while (System.nanoTime() - end < 0);
        double mean = (double) ns / count;
        return String.format(Locale.ROOT, "%.2f %d %.2f", mean, count, Math.min(best, mean));
    }

    /** Runs a row until the compilers have nothing more to do, within limits. */
    private static void warmUp(Row row) {
        CompilationMXBean compilers = ManagementFactory.getCompilationMXBean();
        for (int i = 0; i < MAX_PERIODS; i++) {
            long before = compilers.getTotalCompilationTime();
            drive(row, PERIOD_NS);
            if (i >= MIN_PERIODS && compilers.getTotalCompilationTime() == before) {
                return;
            }
        }
    }

    private static String answer(Map<String, Row> rows, String line) {
        String[] words = line.trim().split("\\s+");
        double milliseconds = words.length == 2 ? Double.parseDouble(words[1]) : 0;
        if (!(milliseconds > 0)) {
            return "error a line is ROW MILLISECONDS, not \"" + line + "\"";
        }
        Row row = rows.get(words[0]);
        if (row == null) {
            row = makeRow(words[0]);
            if (row == null) {
                return "none";
            }
            rows.put(words[0], row);
            if (milliseconds >= 20) {
                warmUp(row);
            }
        }
        return drive(row, (long) (milliseconds * 1e6));
    }

    public static void main(String[] args) throws IOException {
        System.out.println("ready java " + System.getProperty("java.version"));
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        Map<String, Row> rows = new HashMap<>();
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String text;
            try {
                text = answer(rows, line);
            } catch (RuntimeException e) {
                text = "error " + String.valueOf(e.getMessage()).replaceAll("\\s+", " ");
            }
            System.out.println(text);
        }
    }
}
