{{/* The name that every object has in front: `kieq` for the release `kieq`, else `<release>-kieq`. */}}
{{- define "kieq.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains "kieq" .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-kieq" .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* What selects all pods of this release. */}}
{{- define "kieq.selector" -}}
app.kubernetes.io/name: kieq
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{/* Labels of every object. */}}
{{- define "kieq.labels" -}}
{{ include "kieq.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{/* The components that run, with the port and the paths by which each of them is asked. */}}
{{- define "kieq.components" -}}
worker: { port: metrics, number: 9464, ready: /readyz, host: WORKER_METRICS_HOST, portKey: WORKER_METRICS_PORT }
{{- if .Values.gateway.enabled }}
gateway: { port: http, number: 8080, ready: /readyz, host: GATEWAY_HOST, portKey: GATEWAY_PORT, preStopSeconds: 5 }
{{- end }}
{{- if .Values.dashboard.enabled }}
dashboard: { port: http, number: 8081, ready: /healthz, host: DASHBOARD_HOST, portKey: DASHBOARD_PORT }
{{- end }}
{{- end -}}

{{/* Image of a component: by digest where one is given. Called with a dict of root and component. */}}
{{- define "kieq.image" -}}
{{- $own := (index .root.Values .component).image -}}
{{- $name := $own.repository -}}
{{- with .root.Values.image.registry }}{{ $name = printf "%s/%s" . $name }}{{ end -}}
{{- if $own.digest -}}
{{- printf "%s@%s" $name $own.digest -}}
{{- else -}}
{{- printf "%s:%s" $name (.root.Values.image.tag | default .root.Chart.AppVersion) -}}
{{- end -}}
{{- end -}}

{{/* Name of the Secret of a component. Called with a dict of root and component. */}}
{{- define "kieq.ownSecret" -}}
{{- (index .root.Values .component).secrets.existingSecret | default (printf "%s-%s" (include "kieq.fullname" .root) .component) -}}
{{- end -}}

{{/* Name of the Secret with the address of Redis. */}}
{{- define "kieq.redisSecret" -}}
{{- .Values.redis.existingSecret | default (include "kieq.fullname" .) -}}
{{- end -}}

{{/* Its field with the address. */}}
{{- define "kieq.redisKey" -}}
{{- if .Values.redis.existingSecret -}}{{ .Values.redis.key }}{{- else -}}REDIS_URL{{- end -}}
{{- end -}}

{{/* Name of the Secret with the address of Redis for KEDA. */}}
{{- define "kieq.scalingSecret" -}}
{{- .Values.keda.redis.existingSecret | default (printf "%s-scaling" (include "kieq.fullname" .)) -}}
{{- end -}}

{{/* Seconds that a pod has to end: its grace, rounded up, 5 s, and what it waits before. */}}
{{- define "kieq.termination" -}}
{{- $grace := .root.Values.settings.KIEQ_SHUTDOWN_GRACE_MS | default "25000" | int64 -}}
{{- add (div (add $grace 999) 1000) 5 (.preStopSeconds | default 0) -}}
{{- end -}}
