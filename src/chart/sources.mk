libak_a_SOURCES += src/chart/chart.h src/chart/svg.c src/chart/svg_bars.c src/chart/style.c src/chart/draw.c src/chart/draw.h
libak_a_SOURCES += src/chart/ticks.c src/chart/ticks.h src/chart/term.c src/chart/term.h
