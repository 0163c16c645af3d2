libak_a_SOURCES += src/conf/yaml.c src/conf/yaml.h
libak_a_SOURCES += src/conf/yaml_check.c
libak_a_SOURCES += src/conf/policy.c src/conf/policy.h
libak_a_SOURCES += src/conf/policy_answers.c
libak_a_SOURCES += src/conf/policy_rules.c src/conf/policy_rules.h
libak_a_SOURCES += src/conf/policy_values.c
libak_a_SOURCES += src/conf/yaml_text.c
libak_a_SOURCES += src/conf/responses.c src/conf/responses.h
